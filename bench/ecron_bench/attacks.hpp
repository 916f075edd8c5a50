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

/// Behaviours with which one tenant tries to harm others, through the API and with its own token.
namespace ecron::bench {

/// Target and webhook receiver of the attacker: /hang never responds, /fail responds 500, /big with 1 MiB,
/// others 200.
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

/// One behaviour. `prepare` creates jobs and returns the request for `repeat`, which returns true if ecron
/// accepted it.
struct Behaviour {
    std::string_view name;
    std::string (*prepare)(const Attacker& attacker);
    bool (*repeat)(const Attacker& attacker, HttpClient& api, const std::string& prepared);
};
std::span<const Behaviour> behaviours();

/// Repeats a behaviour on several threads until destruction. The threads have the lowest priority, so that
/// the generator itself does not distort the measurement.
class Attack {
public:
    Attack(const Attacker& attacker, const Behaviour& behaviour);
    ~Attack();
    Attack(const Attack&) = delete;
    Attack& operator=(const Attack&) = delete;
    [[nodiscard]] std::uint64_t accepted() const { return accepted_.load(std::memory_order_relaxed); }

private:
    void run();
    bool is_accepted(HttpClient& api) const;

    const Attacker& attacker_;
    const Behaviour& behaviour_;
    std::string prepared_;
    std::atomic<bool> ended_{false};
    std::atomic<std::uint64_t> accepted_{0};
    std::vector<std::jthread> threads_;
};

}  // namespace ecron::bench
