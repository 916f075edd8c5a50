#include <algorithm>
#include <fstream>
#include <iterator>

#include "ecron/model/json_text.hpp"
#include "management/service.hpp"

/// Requests and the responses that clients of the previous service rely on, as data: recorded_cases.json. A
/// step is `ask` with an optional `body`, the expected `status`, and the expected content: the members of
/// `answer` (the response may have more), or the text of `contains`. `save` keeps a value of the response,
/// given by its JSON pointer, which replaces SAVED in the following steps.
using namespace ecron;
using namespace ecron::management;
using namespace ecron::management::test;

namespace {

std::string with_saved(std::string text, const std::string& saved) {
    const std::string name = "SAVED";
    for (std::size_t at = text.find(name); at != text.npos; at = text.find(name, at))
        text.replace(at, name.size(), saved);
    return text;
}

/// Returns true if every expected member is present; lists must have the same length and order.
bool holds(const bj::value& found, const bj::value& expected) {
    if (expected.is_object()) {
        if (!found.is_object()) return false;
        return std::ranges::all_of(expected.get_object(), [&](const bj::key_value_pair& member) {
            const bj::value* const value = found.get_object().if_contains(member.key());
            return value != nullptr && holds(*value, member.value());
        });
    }
    if (expected.is_array())
        return found.is_array() && std::ranges::equal(found.get_array(), expected.get_array(), holds);
    return found == expected;
}

Method method_of(std::string_view name) {
    return name == "GET"    ? Method::get
           : name == "POST" ? Method::post
           : name == "PUT"  ? Method::put
                            : Method::delete_;
}

void play(Service& service, const bj::object& step, std::string& saved) {
    const std::string ask = with_saved(std::string{step.at("ask").as_string()}, saved);
    CAPTURE(ask);
    const std::size_t space = ask.find(' ');
    const bj::value* const body = step.if_contains("body");
    const Reply reply =
        service.ask(method_of(ask.substr(0, space)), ask.substr(space + 1),
                    body == nullptr ? std::string{} : with_saved(model::write_json(*body), saved));
    CAPTURE(reply.text());
    CHECK(reply.status() == step.at("status").to_number<unsigned>());
    if (const bj::value* const answer = step.if_contains("answer")) CHECK(holds(reply.json(), *answer));
    if (const bj::value* const text = step.if_contains("contains"))
        CHECK_THAT(reply.text(), Catch::Contains(std::string{text->as_string()}));
    if (const bj::value* const pointer = step.if_contains("save"))
        saved = reply.at(pointer->as_string()).as_string();
}

}  // namespace

TEST_CASE("requests of the previous service's clients get the recorded responses", "[management][recorded]") {
    std::ifstream file{"test/management/recorded_cases.json"};
    REQUIRE(file);
    const bj::value cases = bj::parse(std::string{std::istreambuf_iterator<char>{file}, {}});
    for (const bj::value& recorded : cases.as_array()) {
        const std::string name{recorded.at("name").as_string()};
        CAPTURE(name);
        Service service;
        std::string saved;
        for (const bj::value& step : recorded.at("steps").as_array()) play(service, step.as_object(), saved);
    }
}
