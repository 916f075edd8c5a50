#pragma once
#include <chrono>
#include <map>
#include <string>

namespace ecron::e2e {

/// A wall clock of its own for a process, by libfaketime; its steady clock stays as it is.
class FakeClock {
public:
    /// Is told in a file.
    explicit FakeClock(std::string file);
    /// Whether the machine has it.
    [[nodiscard]] static bool is_there();
    /// From now on it is off by so much.
    void set_ahead(std::chrono::milliseconds by) const;
    /// What the process must find in its environment.
    [[nodiscard]] std::map<std::string, std::string> environment() const;

private:
    std::string file_;
};

}  // namespace ecron::e2e
