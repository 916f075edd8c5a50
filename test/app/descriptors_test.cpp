#include "app/descriptors.hpp"

#include <sys/resource.h>

#include <catch2/catch.hpp>

using namespace ecron;
using namespace ecron::app;

namespace {

config::Config config_of(std::size_t connections, std::size_t attempts) {
    config::Config config;
    config.server.connection_limit = connections;
    config.executors.http.limit = attempts;
    config.webhooks.limit = 64;
    config.store.readers = 3;
    return config;
}

/// Restores the process's limit of open files.
class LimitOfFiles {
public:
    LimitOfFiles() { getrlimit(RLIMIT_NOFILE, &before_); }
    ~LimitOfFiles() { setrlimit(RLIMIT_NOFILE, &before_); }
    LimitOfFiles(const LimitOfFiles&) = delete;
    LimitOfFiles& operator=(const LimitOfFiles&) = delete;
    void set_soft(rlim_t soft) const {
        const rlimit limit{.rlim_cur = soft, .rlim_max = before_.rlim_max};
        REQUIRE(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    }
    [[nodiscard]] rlim_t hard() const { return before_.rlim_max; }

private:
    rlimit before_{};
};

}  // namespace

TEST_CASE("connections and attempts together fit into the limit of open files", "[descriptors]") {
    const auto [limit, connections, attempts] = GENERATE(table<std::size_t, std::size_t, std::size_t>(
        {{256, 20'000, 1'000}, {1'024, 20'000, 1'000}, {4'096, 20'000, 1'000}, {65'536, 20'000, 100'000}}));
    CAPTURE(limit);
    const config::Config config = config_of(connections, attempts);
    const DescriptorShares shares = divide_descriptors(limit, config);
    CHECK(shares.connections >= limit / 8);
    CHECK(shares.targets >= limit / 8);
    CHECK(shares.connections + shares.targets <= limit - 100);
}

TEST_CASE("options that fit are not lowered, and an unused share goes to the other", "[descriptors]") {
    CHECK(divide_descriptors(65'536, config_of(20'000, 1'000)) == DescriptorShares{20'000, 1'000});
    CHECK(divide_descriptors(1'024, config_of(100, 600)) == DescriptorShares{100, 600});
    CHECK(divide_descriptors(1'024, config_of(600, 100)) == DescriptorShares{600, 100});
}

TEST_CASE("descriptors for commands, health and Kubernetes are reserved first", "[descriptors]") {
    config::Config config = config_of(20'000, 1'000);
    const std::size_t alone = divide_descriptors(4'096, config).connections;
    config.executors.command.enabled = true;
    config.executors.command.limit = 16;
    config.health_port = 8'080;
    config.executors.kubernetes.enabled = true;
    CHECK(divide_descriptors(4'096, config).connections < alone - 200);
}

TEST_CASE("the soft limit of open files is raised to the hard limit, and options follow it",
          "[descriptors]") {
    const LimitOfFiles files;
    files.set_soft(256);
    config::Config config = config_of(1'000'000, 1'000);
    fit_to_descriptors(config);
    rlimit now{};
    getrlimit(RLIMIT_NOFILE, &now);
    CHECK(now.rlim_cur == std::min<rlim_t>(files.hard(), kMaxDescriptors));
    CHECK(config.server.connection_limit < now.rlim_cur);
    CHECK(config.server.connection_limit + config.executors.http.limit < now.rlim_cur);
}

TEST_CASE("lowered options need attention if they were configured, or if the limit is low", "[descriptors]") {
    config::Config config = config::defaults();
    const auto needs = [&](std::size_t limit) {
        return needs_attention(limit, divide_descriptors(limit, config), config);
    };
    CHECK_FALSE(needs(65'536));
    CHECK_FALSE(needs(20'000));
    CHECK(needs(1'024));
    config.server.connection_limit = 30'000;
    CHECK(needs(20'000));
    CHECK_FALSE(needs(65'536));
}
