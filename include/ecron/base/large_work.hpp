#pragma once
#include <cstddef>

/// Which work is too large for the thread of an io_context (off_loop.hpp carries it out elsewhere).
namespace ecron {

inline constexpr std::size_t kLargeWork = std::size_t{64} << 10U;  // bytes of input: about a millisecond

/// Parsers and the like report the size of their input here, so that tests find large work on the thread of
/// an io_context.
void report_work(std::size_t bytes);

/// Counts the large pieces of work that are reported on this thread during its life.
class LargeWorkCount {
public:
    LargeWorkCount();
    ~LargeWorkCount();
    LargeWorkCount(const LargeWorkCount&) = delete;
    LargeWorkCount& operator=(const LargeWorkCount&) = delete;
    [[nodiscard]] std::size_t pieces() const { return pieces_; }

private:
    friend void report_work(std::size_t bytes);
    LargeWorkCount* outer_;
    std::size_t pieces_{0};
};

}  // namespace ecron
