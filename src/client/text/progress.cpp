#include "client/text/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

namespace ecron::client {

constexpr std::size_t kShortWork = 50;  // needs no progress

Progress::Progress(const Environment& environment, std::size_t total)
    : environment_(environment),
      total_(total) {}

Progress::~Progress() {
    if (shown_ > 0) environment_.err << "\r\x1b[K" << std::flush;
}

void Progress::step() {
    ++done_;
    const bool due = done_ - shown_ >= std::max<std::size_t>(total_ / 100, 1);
    if (!environment_.terminals.err || total_ < kShortWork || !due) return;
    shown_ = done_;
    environment_.err << fmt::format("\r{}/{}", done_, total_) << std::flush;
}

}  // namespace ecron::client
