#pragma once
#include <algorithm>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "ecron/execution/runner.hpp"

namespace ecron::execution {

enum class Stream : std::uint8_t { output = 1, errors = 2 };  // values are the descriptor numbers

/// The tail of a command's output, both streams interleaved in order of arrival, with the stream of each
/// part.
class CommandOutput {
public:
    struct Part {
        Stream stream{};
        std::size_t size{};
    };

    explicit CommandOutput(std::size_t limit) : limit_(limit) {}

    void append(Stream stream, std::string_view text);

    /// At most `limit` bytes, in at most kMaxParts parts.
    [[nodiscard]] const std::string& tail() const { return tail_; }
    [[nodiscard]] const std::deque<Part>& parts() const { return parts_; }
    /// Number of bytes ever written.
    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] std::uint64_t size(Stream stream) const { return sizes_[stream == Stream::errors ? 1 : 0]; }

    /// Calls `each` for the parts written after the first `begin` bytes, as far as they are kept; returns the
    /// offset of the first part.
    template <class Each> std::uint64_t since(std::uint64_t begin, const Each& each) const {
        std::uint64_t at = size_ - tail_.size();
        const std::uint64_t first = std::min(std::max(at, begin), size_);
        std::size_t offset = 0;
        for (const Part& part : parts_) {
            const std::uint64_t skip = std::min<std::uint64_t>(first > at ? first - at : 0, part.size);
            const auto from = static_cast<std::size_t>(skip);
            if (from < part.size)
                each(part.stream, std::string_view{tail_}.substr(offset + from, part.size - from));
            at += part.size;
            offset += part.size;
        }
        return first;
    }

    static constexpr std::size_t kMaxParts = 1'000;

private:
    void drop(std::size_t bytes);

    std::size_t limit_;
    std::string tail_;
    std::deque<Part> parts_;
    std::uint64_t size_{0};
    std::uint64_t sizes_[2]{};
};

/// The output written after the first `begin` bytes, as far as it is kept.
[[nodiscard]] LiveOutput live_output(const CommandOutput& output, int attempt, std::uint64_t begin);

}  // namespace ecron::execution
