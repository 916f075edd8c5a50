#pragma once
#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <cassert>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace ecron::http {

/// Bytes received and not yet consumed. Small while the connection is idle, because this is the memory cost
/// per idle connection.
class InputBuffer {
public:
    static constexpr std::size_t kIdleSize = 1024;

    [[nodiscard]] std::string_view bytes() const { return {data_.get() + begin_, end_ - begin_}; }
    void consume(std::size_t count) {
        assert(count <= end_ - begin_);
        begin_ += count;
        if (begin_ == end_) begin_ = end_ = 0;
    }
    void commit(std::size_t count) { end_ += count; }

    /// Space for more input, at least a quarter of the buffer; the buffer grows only if it is full.
    boost::asio::mutable_buffer prepare() {
        if (capacity_ - end_ < capacity_ / 4) make_room(std::max(capacity_, (end_ - begin_) * 2));
        return {data_.get() + end_, capacity_ - end_};
    }
    void grow_to(std::size_t capacity) {
        if (capacity > capacity_) make_room(capacity);
    }
    void shrink_when_empty() {
        if (begin_ == end_ && capacity_ > kIdleSize) *this = InputBuffer{};
    }

private:
    void make_room(std::size_t capacity) {
        const std::size_t size = end_ - begin_;
        if (capacity == capacity_) {
            std::memmove(data_.get(), data_.get() + begin_, size);
        } else {
            auto larger = std::make_unique_for_overwrite<char[]>(capacity);
            std::memcpy(larger.get(), data_.get() + begin_, size);
            data_ = std::move(larger);
            capacity_ = capacity;
        }
        begin_ = 0;
        end_ = size;
    }

    std::unique_ptr<char[]> data_ = std::make_unique_for_overwrite<char[]>(kIdleSize);
    std::size_t capacity_{kIdleSize};
    std::size_t begin_{0};
    std::size_t end_{0};
};

}  // namespace ecron::http
