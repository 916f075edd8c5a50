#define CATCH_CONFIG_EXTERNAL_INTERFACES  // Catch declares its listeners only then
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "e2e/database.hpp"

namespace ecron::e2e {
namespace {

constexpr int kSkipped = 77;  // as ctest is told

/// Says once which database is tested, and ends the program where there is no server to test on.
struct WhichDatabase : Catch::TestEventListenerBase {
    using TestEventListenerBase::TestEventListenerBase;
    void testRunStarting(const Catch::TestRunInfo&) override {
        if (!Database::tests_mysql() || std::getenv("ECRON_TEST_MYSQL_HOST") != nullptr) return;
        std::fputs(
            "skipped: ECRON_TEST_MYSQL_HOST is not set; scripts/with-mariadb COMMAND starts a server\n",
            stderr);
        const char* ci = std::getenv("CI");
        std::exit(ci != nullptr && std::string(ci) == "true" ? 1 : kSkipped);
    }
};
CATCH_REGISTER_LISTENER(WhichDatabase)

}  // namespace
}  // namespace ecron::e2e
