#include "config/values.hpp"

#include <catch2/catch.hpp>

using namespace ecron;
using namespace ecron::config;

namespace {

const Option& option(std::string_view name) {
    const Option* const found = find_option(name);
    REQUIRE(found != nullptr);
    return *found;
}

}  // namespace

TEST_CASE("a value is accepted in all forms of its kind", "[config]") {
    const auto [name, text, checked] = GENERATE(table<std::string, std::string, std::string>({
        {"cron_port", "0", "0"},
        {"cron_port", " 65535 ", "65535"},
        {"ssl_on", "TRUE", "TRUE"},
        {"ssl_on", "off", "off"},
        {"claim_ahead", "250ms", "250ms"},
        {"claim_ahead", "0.25", "0.25"},
        {"body_limit", "1MiB", "1MiB"},
        {"body_limit", "64 KiB", "64 KiB"},
        {"db_addr", "[fd00::1]", "fd00::1"},
        {"db_addr", "mysql-0.db.svc", "mysql-0.db.svc"},
        {"db_addr", "fe80::1%eth0", "fe80::1%eth0"},
        {"db_addr", "db_1.example.com.", "db_1.example.com."},
        {"cron_addr", "3f2a9c7d10be", "3f2a9c7d10be"},  // host name of a container
        {"cron_addr", "all", "all"},
        {"db_driver", "mysql", "mysql"},
        {"user_pwd", " p w ", " p w "},
        {"analysis_load_sleep", "10", "10"},
        {"analysis_load_sleep", "3", "10s"},  // the old service's minimum
        {"job_failures", "1", "3"},
    }));
    CAPTURE(name, text);
    CHECK(check_value(option(name), text) == checked);
}

TEST_CASE("an invalid value is rejected with the expected form", "[config]") {
    const auto [name, text, what] = GENERATE(table<std::string, std::string, std::string>({
        {"cron_port", "65536", R"("65536" is not a port from 0 to 65535)"},
        {"cron_port", "-1", R"("-1" is not a port from 0 to 65535)"},
        {"cron_port", "http", R"("http" is not a port from 0 to 65535)"},
        {"cron_port", "12345x", R"("12345x" is not a port from 0 to 65535)"},
        {"db_port", "0", R"("0" is not a port from 1 to 65535)"},
        {"executor_max", "99999999999999999999",
         R"("99999999999999999999" is not a number from 1 to 100000)"},
        {"ssl_on", "maybe", R"("maybe" is not true or false)"},
        {"claim_ahead", "soon", R"("soon" is not a duration from 0s to 5s)"},
        {"claim_ahead", "6s", R"("6s" is not a duration from 0s to 5s)"},
        {"body_limit", "9999999999GiB", R"("9999999999GiB" is not a size from 1KiB to 1GiB)"},
        {"body_limit", "-1KiB", R"("-1KiB" is not a size from 1KiB to 1GiB)"},
        {"db_driver", "MySQL", R"("MySQL" is not one of sqlite, mysql)"},
        {"db_addr", "a b", R"("a b" is not a host name or IP address)"},
        {"cron_addr", "127.0.0.1x:8080",
         R"("127.0.0.1x:8080" is not a host name or IP address; the port is set with cron_port)"},
        {"db_addr", "[fd00::1]:3306",
         R"("[fd00::1]:3306" is not a host name or IP address; the port is set with db_port)"},
        {"oauth_admin_addr", "hydra:4445",
         R"("hydra:4445" is not a host name or IP address; the port is set with oauth_admin_port)"},
        {"cron_addr", "127.0.0.1x", R"("127.0.0.1x" is not a host name or IP address)"},
        {"cron_addr", "127.0.0.256", R"("127.0.0.256" is not a host name or IP address)"},
        {"cron_addr", "127.0.1", R"("127.0.1" is not a host name or IP address)"},
        {"cron_addr", "127", R"("127" is not a host name or IP address)"},
        {"cron_addr", "fd00:::1", R"("fd00:::1" is not a host name or IP address)"},
        {"cron_addr", "a..b", R"("a..b" is not a host name or IP address)"},
        {"cron_addr", "-a", R"("-a" is not a host name or IP address)"},
        {"cron_addr", ".", R"("." is not a host name or IP address)"},
        {"cron_addr", "http://h", R"("http://h" is not a host name or IP address)"},
        {"log_file", "a\nb", R"("a\nb" is not a path without control characters)"},
        {"job_failures", "-1", R"("-1" is not a number from 3 to 1000)"},
        {"user_pwd", "hunter\n2", "the value is not a text without control characters"},
    }));
    CAPTURE(name, text);
    const Result<std::string> checked = check_value(option(name), text);
    REQUIRE_FALSE(checked);
    CHECK(checked.error().what == what);
}

TEST_CASE("valid values are converted to numbers, durations and lists", "[config]") {
    CHECK(number_of(option("body_limit"), "64 KiB") == 65'536);
    CHECK(number_of(option("body_limit"), "4096") == 4'096);
    CHECK(number_of(option("cron_port"), "12345") == 12'345);
    CHECK(duration_of("90") == Seconds{90});
    CHECK(boolean_of("Yes"));
    CHECK_FALSE(boolean_of("0"));
    CHECK(list_of(" 10.0.0.0/8, ,fd00::/8,") == std::vector<std::string>{"10.0.0.0/8", "fd00::/8"});
    CHECK(list_of("").empty());
}
