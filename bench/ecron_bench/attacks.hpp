#pragma once
#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "bare/beast_server.hpp"
#include "ecron_bench/http_client.hpp"

/// What a tenant does to hurt the others: through the API, with a token of its own, within or beyond its
/// limits.
namespace ecron::bench {

/// An attacker's targets and receivers. /hang never answers, /fail answers 500, /big a mebibyte, others 200.
class HostileTarget {
public:
    HostileTarget();
    [[nodiscard]] std::string url(std::string_view path) const;

private:
    BeastServer server_;
};

struct Attacker {
    std::uint16_t port{};  // ecron's
    std::string token{};
    const HostileTarget& target;
};

/// One behaviour. `prepare` stores what it needs and returns what `repeat` sends over and over; whether that
/// was accepted.
struct Behaviour {
    std::string_view name;
    std::string (*prepare)(const Attacker& attacker);
    bool (*repeat)(const Attacker& attacker, HttpClient& api, const std::string& prepared);
};
std::span<const Behaviour> behaviours();

/// Behaves so from several threads, of the lowest priority so that they take no time from what is measured,
/// until the end of this object.
class Attack {
public:
    Attack(const Attacker& attacker, const Behaviour& behaviour);
    ~Attack();
    Attack(const Attack&) = delete;
    Attack& operator=(const Attack&) = delete;
    [[nodiscard]] std::uint64_t accepted() const { return accepted_.load(std::memory_order_relaxed); }

private:
    void run();

    const Attacker& attacker_;
    const Behaviour& behaviour_;
    std::string prepared_;
    std::atomic<bool> ended_{false};
    std::atomic<std::uint64_t> accepted_{0};
    std::vector<std::jthread> threads_;
};

}  // namespace ecron::bench
