#include "app/descriptors.hpp"

#include <sys/resource.h>

#include <algorithm>

#include "ecron/base/log.hpp"

namespace ecron::app {
namespace {

constexpr std::size_t kOwn = 64;        // standard streams, logs, epoll, timers, listeners, message queue
constexpr std::size_t kPerReader = 4;   // per session: SQLite opens the file, its WAL and its index
constexpr std::size_t kSessions = 4;    // writer, leadership, lease, and one being replaced
constexpr std::size_t kPerCommand = 6;  // pipes, pidfd, and the child's pipe ends during the start
constexpr std::size_t kIssuer = 16;     // connections to the token issuer
constexpr std::size_t kClusters = 128;  // Kubernetes watches, requests and logs

std::size_t reserved(const config::Config& config) {
    std::size_t sum =
        kOwn + kIssuer + (config.store.readers + kSessions) * kPerReader + config.webhooks.limit;
    if (config.health_port != 0) sum += kHealthConnections;
    if (config.executors.command.enabled) sum += config.executors.command.limit * kPerCommand;
    if (config.executors.kubernetes.enabled) sum += kClusters;
    return sum;
}

}  // namespace

bool needs_attention(std::size_t limit, const DescriptorShares& shares, const config::Config& config) {
    constexpr std::size_t kFew = 4'096;
    static const config::Config defaults = config::defaults();
    const auto is_lowered = [limit](std::size_t share, std::size_t given, std::size_t by_default) {
        return share < given && (limit < kFew || given != by_default);
    };
    return is_lowered(shares.connections, config.server.connection_limit, defaults.server.connection_limit) ||
           is_lowered(shares.targets, config.executors.http.limit, defaults.executors.http.limit);
}

DescriptorShares divide_descriptors(std::size_t limit, const config::Config& config) {
    const std::size_t left = limit - std::min(reserved(config), limit / 2);
    const std::size_t for_targets = std::min<std::size_t>(config.executors.http.limit, left / 2);
    const std::size_t connections = std::min<std::size_t>(config.server.connection_limit, left - for_targets);
    const std::size_t targets = std::min<std::size_t>(config.executors.http.limit, left - connections);
    return {.connections = std::max<std::size_t>(1, connections),
            .targets = std::max<std::size_t>(1, targets)};
}

std::size_t raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    const rlim_t wanted = std::max(limit.rlim_cur, std::min<rlim_t>(limit.rlim_max, kMaxDescriptors));
    const rlimit raised{.rlim_cur = wanted, .rlim_max = limit.rlim_max};
    if (wanted > limit.rlim_cur && ::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit.rlim_cur = wanted;
    return std::min<rlim_t>(limit.rlim_cur, kMaxDescriptors);
}

void fit_to_descriptors(config::Config& config) {
    const std::size_t limit = raise_descriptor_limit();
    if (limit == 0) return;  // limit unknown: keep the options unchanged
    const DescriptorShares shares = divide_descriptors(limit, config);
    const bool lowered = needs_attention(limit, shares, config);
    config.server.connection_limit = shares.connections;
    config.executors.http.limit = config.targets.connections_kept = shares.targets;
    constexpr auto kLine = "open files: limit={} connection_limit={} executor_max={}{}";
    if (lowered)
        log::warn(kLine, limit, shares.connections, shares.targets,
                  " (lowered to fit: raise the hard limit of open files with LimitNOFILE or ulimit -Hn)");
    else
        log::info(kLine, limit, shares.connections, shares.targets, "");
}

}  // namespace ecron::app
