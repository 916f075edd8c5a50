#pragma once
#include <chrono>
#include <map>
#include <string>

namespace ecron::e2e {

/// A separate wall clock for a process, through libfaketime; its steady clock is unaffected.
class FakeClock {
public:
    /// The offset is passed in a file.
    explicit FakeClock(std::string file);
    /// Returns true if libfaketime is available.
    [[nodiscard]] static bool is_there();
    /// Sets the offset of the clock from now on.
    void set_ahead(std::chrono::milliseconds by) const;
    /// Returns the environment variables for the process.
    [[nodiscard]] std::map<std::string, std::string> environment() const;

private:
    std::string file_;
};

}  // namespace ecron::e2e
