#include "ecron/model/execute_id.hpp"

#include <catch2/catch.hpp>

using namespace ecron;
using model::chosen_id;
using model::marked_id;

TEST_CASE("a marked id tells the chosen one, and no two tenants have the same", "[model]") {
    const TenantId me{"me"}, you{"you"};
    for (const std::string& text : {std::string{"x"}, std::string{"x~"}, std::string{"x~~"},
                                    std::string(36, 'y'), std::string{"00000000-0000-4000-8000-000000000000"},
                                    std::string{"ä"}, std::string{"~001aaaaaaaaaaaaaaaaaaaa"}}) {
        const ExecuteId chosen{text};
        CHECK(chosen_id(chosen) == text);
        CHECK(chosen_id(marked_id(chosen, me)) == text);
        CHECK(marked_id(chosen, me) == marked_id(chosen, me));
        CHECK(marked_id(chosen, me) != marked_id(chosen, you));
        CHECK(marked_id(chosen, me) != marked_id(ExecuteId{text.substr(0, text.size() - 1) + "z"}, me));
    }
    CHECK(marked_id(ExecuteId{"x"}, me) != marked_id(ExecuteId{"x~"}, me));
}

TEST_CASE("a marked id has sixty characters, whatever was chosen", "[model]") {
    CHECK(marked_id(ExecuteId{"x"}, TenantId{"me"}).value().size() == 60);
    std::string wide;
    for (int i = 0; i < 36; ++i) wide += "\xF0\x9F\x8E\x89";
    const ExecuteId marked = marked_id(ExecuteId{wide}, TenantId{"me"});
    CHECK(marked.value().size() == 36 * 4 + 24);
    CHECK(chosen_id(marked) == wide);
}
