#include "app/takeover.hpp"

#include <catch2/catch.hpp>

#include "ecron/config/load.hpp"

using namespace ecron;
using namespace ecron::app;

namespace {

config::Config config_of(std::vector<config::Flag> flags) {
    flags.push_back({"cron_addr", "192.0.2.1"});
    flags.push_back({"insecure_no_auth", "true"});
    const auto loaded = config::load({.flags = std::move(flags)});
    REQUIRE(loaded);
    return loaded->config;
}

std::vector<std::string> lines_for(const config::Config& config, std::string_view context,
                                   model::JobType type = model::JobType::scheduled, bool has_plan = false) {
    TakeoverReport report{config};
    report.add({.id = "j-1", .type = type, .context = context, .has_plan = has_plan});
    return report.lines();
}

std::string one_of(const std::vector<std::string>& lines) { return lines.size() == 1 ? lines[0] : ""; }

}  // namespace

TEST_CASE("each change of behaviour for an old job is reported", "[takeover]") {
    using Catch::Contains;
    const config::Config plain = config_of({});
    const auto [context, text] = GENERATE(table<std::string, std::string>({
        {R"({"mode":"exe","exec":"/bin/backup"})", "command_enabled is false"},
        {R"({"mode":"http","exec":"http://127.0.0.1:8080/x"})", "executions may not connect to"},
        {R"({"mode":"http","exec":"http://localhost/x"})", "executions may not connect to"},
        {R"({"mode":"http","exec":"http://[::1]/x"})", "executions may not connect to"},
        {R"({"mode":"https","exec":"https://old.example.com/x"})", "did not verify"},
        {R"({"mode":"http","exec":"http://h/x","notify":{"webhook":"http://w/"}})", "have a webhook"},
        {R"({"mode":"ftp","exec":"ftp://h/x"})", "unknown"},
    }));
    CAPTURE(context);
    CHECK_THAT(one_of(lines_for(plain, context)),
               Contains(text) && Contains("1 enabled job of") && Contains("(for example j-1)"));
    CHECK(lines_for(plain, context, model::JobType::scheduled, true).empty());  // ecron has written this job
}

TEST_CASE("an old job without a change of behaviour is not reported", "[takeover]") {
    CHECK(lines_for(config_of({}), R"({"mode":"http","exec":"http://old.example.com/x"})").empty());
    CHECK(lines_for(config_of({}), "null").empty());
    CHECK(lines_for(config_of({{"egress_allow", "127.0.0.0/8"}}), R"({"exec":"http://127.0.0.1/"})").empty());
    CHECK(lines_for(config_of({{"command_enabled", "true"}, {"command_as_self", "true"}}),
                    R"({"mode":"exe","exec":"/bin/true"})")
              .empty());
    CHECK(lines_for(config_of({{"ca_file", "/etc/ssl/ca.pem"}}), R"({"exec":"https://h/"})").empty());
    CHECK(one_of(lines_for(config_of({}), "{}", model::JobType::unknown)).find("unknown") !=
          std::string::npos);
}
