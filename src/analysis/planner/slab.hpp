#pragma once
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace ecron::analysis {

/// The invalid slab number.
inline constexpr std::uint32_t kNone = ~std::uint32_t{0};

/// Objects of one type by number, in chunks: growing copies nothing, and addresses are stable. `link` is a
/// member that is unused while the object is free. A reused object keeps its previous contents.
template <class T, std::uint32_t T::* link> class Slab {
public:
    [[nodiscard]] T& operator[](std::uint32_t index) { return chunks_[index / kChunk][index % kChunk]; }
    [[nodiscard]] const T& operator[](std::uint32_t index) const {
        return chunks_[index / kChunk][index % kChunk];
    }

    [[nodiscard]] std::uint32_t take() {
        ++size_;
        if (free_ != kNone) {
            const std::uint32_t index = free_;
            free_ = (*this)[index].*link;
            return index;
        }
        if (used_ == chunks_.size() * kChunk) chunks_.push_back(std::make_unique<T[]>(kChunk));
        assert(used_ != kNone);
        return used_++;
    }

    void give_back(std::uint32_t index) {
        --size_;
        (*this)[index].*link = free_;
        free_ = index;
    }

    /// Frees all objects.
    void clear() {
        used_ = 0;
        free_ = kNone;
        size_ = 0;
    }

    /// Returns true if an object of that number was ever allocated.
    [[nodiscard]] bool reached(std::uint32_t index) const { return index < used_; }
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::size_t memory() const {
        return chunks_.capacity() * sizeof chunks_[0] + chunks_.size() * kChunk * sizeof(T);
    }

private:
    static constexpr std::size_t kChunk = 1024;

    std::vector<std::unique_ptr<T[]>> chunks_;
    std::uint32_t used_{0};
    std::uint32_t free_{kNone};
    std::size_t size_{0};
};

}  // namespace ecron::analysis
