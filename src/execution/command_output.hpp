#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace ecron::execution {

enum class Stream : std::uint8_t { output = 1, errors = 2 };  // the numbers of the descriptors

/// The end of what a command has written, both streams as they came, and which is which.
class CommandOutput {
public:
    struct Part {
        Stream stream{};
        std::size_t size{};
    };

    explicit CommandOutput(std::size_t limit) : limit_(limit) {}

    void append(Stream stream, std::string_view text);

    /// At most `limit` bytes, in at most kMostParts parts.
    [[nodiscard]] const std::string& tail() const { return tail_; }
    [[nodiscard]] const std::deque<Part>& parts() const { return parts_; }
    /// All that was ever written.
    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] std::uint64_t size(Stream stream) const { return sizes_[stream == Stream::errors ? 1 : 0]; }

    static constexpr std::size_t kMostParts = 1'000;

private:
    void drop(std::size_t bytes);

    std::size_t limit_;
    std::string tail_;
    std::deque<Part> parts_;
    std::uint64_t size_{0};
    std::uint64_t sizes_[2]{};
};

}  // namespace ecron::execution
