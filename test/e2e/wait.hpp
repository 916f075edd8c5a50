#pragma once
#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <thread>

/// Waiting for a condition, with a deadline: the only way in which these tests let time pass.
namespace ecron::e2e {

using namespace std::chrono_literals;

inline constexpr std::chrono::seconds kPatience{30};

/// Whether `done` came true in time.
template <class Done>
[[nodiscard]] bool comes_true(const Done& done, std::chrono::milliseconds patience = kPatience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!done()) {
        if (std::chrono::steady_clock::now() >= deadline) return false;
        std::this_thread::sleep_for(10ms);
    }
    return true;
}

/// Fails the test where `done` does not come true in time.
template <class Done>
void wait_until(const std::string& what, const Done& done, std::chrono::milliseconds patience = kPatience) {
    if (!comes_true(done, patience)) FAIL("waited in vain until " << what);
}

}  // namespace ecron::e2e
