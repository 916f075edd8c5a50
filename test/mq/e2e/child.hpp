#pragma once
#include <sys/types.h>

#include <string>
#include <vector>

namespace ecron::e2e {

/// A program beside the test, which dies with it. What it says goes into a file.
class Child {
public:
    Child() = default;
    /// `input`: a file that it reads, or empty.
    Child(std::vector<std::string> words, std::string output, const std::string& input = {});
    ~Child() { end(9); }
    Child(Child&& other) noexcept { *this = std::move(other); }
    Child& operator=(Child&& other) noexcept;

    /// Sends the signal and waits for the end.
    void end(int signal);
    /// Waits for it to end by itself; its exit code.
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
