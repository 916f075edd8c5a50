#pragma once
#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <thread>

/// Waits for conditions with a deadline; these tests wait in no other way.
namespace ecron::e2e {

using namespace std::chrono_literals;

inline constexpr std::chrono::seconds kPatience{30};

/// Returns true if `done` became true in time.
template <class Done>
[[nodiscard]] bool comes_true(const Done& done, std::chrono::milliseconds patience = kPatience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!done()) {
        if (std::chrono::steady_clock::now() >= deadline) return false;
        std::this_thread::sleep_for(10ms);
    }
    return true;
}

/// Fails the test if `done` does not become true in time.
template <class Done>
void wait_until(const std::string& what, const Done& done, std::chrono::milliseconds patience = kPatience) {
    if (!comes_true(done, patience)) FAIL("timeout waiting until " << what);
}

}  // namespace ecron::e2e
