#include "ecron/base/log_line.hpp"

#include <catch2/catch.hpp>

#include <limits>

using namespace ecron::log;

namespace {

template <class... Args> Line line_of(std::string_view text, Args&&... args) {
    return split_line(text, fmt::make_format_args(args...));
}

}  // namespace

TEST_CASE("text keeps the words of the line", "[base][log]") {
    CHECK(to_text(line_of("logs reopened")) == "logs reopened");
    CHECK(to_text(line_of("shard ready shard={} took={}ms", 3, 17)) == "shard ready shard=3 took=17ms");
    CHECK(to_text(line_of("failed to open file: file={} error=\"{}\"", "a", "gone")) ==
          "failed to open file: file=a error=\"gone\"");
    CHECK(to_text(line_of("{} failed error={}", "reader", 5)) == "reader failed error=5");
    CHECK(to_text(line_of("set {{x}} a={{{}}}", 1)) == "set {x} a={1}");
}

TEST_CASE("fields are members of their own in JSON, with their type", "[base][log]") {
    CHECK(to_json_members(line_of("failed to run: execute_id={} tries={} took={:.1f} done={} error=\"{}\"",
                                  "e-1", 3, 0.25, true, "no \"way\"")) ==
          R"("failed to run","execute_id":"e-1","tries":3,"took":"0.2","done":true,"error":"no \"way\"")");
    CHECK(to_json_members(line_of("n took={} rate={}", 1.5, std::numeric_limits<double>::infinity())) ==
          R"("n","took":1.5,"rate":"inf")");
}

TEST_CASE("the value of an argument cannot add a field or a line", "[base][log]") {
    const Line line = line_of("job failed job_name={} reason=\"{}\"", "a reason=b", "x\" tenant=\"y\nz");
    REQUIRE(line.fields.size() == 2);
    CHECK(to_text(line) == "job failed job_name=\"a reason=b\" reason=\"x\\\" tenant=\\\"y\\x0az\"");
    CHECK(to_json_members(line) == R"("job failed","job_name":"a reason=b","reason":"x\" tenant=\"y\nz")");
}
