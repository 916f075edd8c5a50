#include "execution/command/command_output.hpp"

#include <algorithm>

namespace ecron::execution {

void CommandOutput::append(Stream stream, std::string_view text) {
    if (text.empty()) return;
    size_ += text.size();
    sizes_[stream == Stream::errors ? 1 : 0] += text.size();
    if (text.size() > limit_) text.remove_prefix(text.size() - limit_);
    if (parts_.empty() || parts_.back().stream != stream) parts_.push_back({stream, 0});
    parts_.back().size += text.size();
    tail_ += text;
    if (tail_.size() > limit_) drop(tail_.size() - limit_);
    if (parts_.size() > kMaxParts) drop(parts_.front().size);
}

LiveOutput live_output(const CommandOutput& output, int attempt, std::uint64_t begin) {
    LiveOutput live{.attempt = attempt, .end = output.size()};
    live.begin = output.since(begin, [&](Stream stream, std::string_view text) {
        live.pieces.push_back({stream == Stream::errors, std::string{text}});
    });
    return live;
}

void CommandOutput::drop(std::size_t bytes) {
    tail_.erase(0, bytes);
    while (bytes > 0) {
        const std::size_t here = std::min(bytes, parts_.front().size);
        parts_.front().size -= here;
        bytes -= here;
        if (parts_.front().size == 0) parts_.pop_front();
    }
}

}  // namespace ecron::execution
