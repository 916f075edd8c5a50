#pragma once
#include <sys/types.h>

#include <string>
#include <vector>

namespace ecron::e2e {

/// A child process that is killed when the test exits. Its output goes to a file.
class Child {
public:
    Child() = default;
    /// `input`: its standard input, or empty.
    Child(std::vector<std::string> words, std::string output, const std::string& input = {});
    ~Child() { end(9); }
    Child(Child&& other) noexcept { *this = std::move(other); }
    Child& operator=(Child&& other) noexcept;

    /// Sends the signal and waits for the exit.
    void end(int signal);
    /// Waits for the exit and returns the exit code.
    int wait();
    [[nodiscard]] bool runs() const { return pid_ > 0; }
    [[nodiscard]] std::string said() const;
    [[nodiscard]] std::vector<std::string> lines() const;

private:
    pid_t pid_{-1};
    std::string output_;
};

void write_file(const std::string& path, const std::string& text);

}  // namespace ecron::e2e
