#define CATCH_CONFIG_EXTERNAL_INTERFACES  // otherwise Catch does not declare its listeners
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace ecron::test {
namespace {

constexpr int kSkipped = 77;  // as configured in ctest

std::string_view environment(const char* name) {
    const char* const value = std::getenv(name);
    return value != nullptr ? value : "";
}

/// Exits a program that requires a database server if there is none, with a message.
struct WhichDatabase : Catch::TestEventListenerBase {
    using TestEventListenerBase::TestEventListenerBase;
    void testRunStarting(const Catch::TestRunInfo&) override {
        if (environment("ECRON_TEST_STORE") != "mysql" || !environment("ECRON_TEST_MYSQL_HOST").empty())
            return;
        std::fputs(
            "skipped: ECRON_TEST_MYSQL_HOST is not set; scripts/with-database SERVER COMMAND starts a "
            "server\n",
            stderr);
        std::exit(environment("CI") == "true" ? 1 : kSkipped);
    }
};
CATCH_REGISTER_LISTENER(WhichDatabase)

}  // namespace
}  // namespace ecron::test
