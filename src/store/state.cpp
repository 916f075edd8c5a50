#include "store/state.hpp"

#include "ecron/base/log.hpp"

namespace ecron::store {

void State::good() {
    const std::scoped_lock lock(mutex_);
    if (available_ && problem_.empty()) return;
    log::info("database works again after={}", problem_);
    problem_.clear();
    since_ = clock_.now();
    available_ = true;
}

void State::troubled(std::string problem) {
    const std::scoped_lock lock(mutex_);
    if (problem_ == problem) return;
    log::warn("database refuses work problem={}", problem);
    problem_ = std::move(problem);
}

void State::lost(std::string problem) {
    const std::scoped_lock lock(mutex_);
    if (!available_) return;
    log::error("database lost problem={}", problem);
    problem_ = std::move(problem);
    since_ = clock_.now();
    available_ = false;
}

Health State::health() const {
    const std::scoped_lock lock(mutex_);
    return {.available = available_, .problem = problem_, .since = since_};
}

Error State::unavailable() const {
    return {Errc::unavailable, "the database cannot be reached; nothing was stored", {}};
}

}  // namespace ecron::store
