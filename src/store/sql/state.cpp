#include "store/sql/state.hpp"

#include "ecron/base/log.hpp"

namespace ecron::store {

void State::opening() {
    const std::scoped_lock lock(mutex_);
    available_ = false;
}

void State::opened(std::string version) {
    const std::scoped_lock lock(mutex_);
    version_ = std::move(version);
}

void State::connected() {
    const std::scoped_lock lock(mutex_);
    available_ = true;
    if (refusal_ == WriteRefusal::read_only) refusal_ = WriteRefusal::none;
    if (read_only_.exchange(false)) ++recoveries_;
    if (refusal_ == WriteRefusal::none) works_again();
}

void State::committed() {
    const std::scoped_lock lock(mutex_);
    refusal_ = WriteRefusal::none;
    works_again();
}

void State::works_again() {
    if (problem_.empty()) return;
    log::info("database works again {} after=\"{}\"", address_, problem_);
    problem_.clear();
    logged_.reset();
    since_ = clock_.now();
}

void State::refused_write(WriteRefusal reason, std::string problem) {
    const std::scoped_lock lock(mutex_);
    refused(reason, std::move(problem));
}

void State::became_read_only(std::string problem) {
    const std::scoped_lock lock(mutex_);
    available_ = true;
    read_only_ = true;
    refused(WriteRefusal::read_only, std::move(problem));
}

void State::refused(WriteRefusal reason, std::string problem) {
    refusal_ = reason;
    if (logged_.takes(problem, clock_.steady()))
        log::error("database refuses writes {} problem=\"{}\"", address_, problem);
    problem_ = std::move(problem);
}

void State::lost(std::string problem, Trouble trouble) {
    const std::scoped_lock lock(mutex_);
    if (logged_.takes(problem, clock_.steady())) {
        if (trouble == Trouble::configuration)
            log::error("database cannot be used, retrying {} problem=\"{}\"", address_, problem);
        else
            log::warn("database unreachable, retrying {} problem=\"{}\"", address_, problem);
    }
    if (available_) since_ = clock_.now();
    problem_ = std::move(problem);
    available_ = false;
}

Health State::health() const {
    const std::scoped_lock lock(mutex_);
    return {.available = available_,
            .version = version_,
            .writes_refused = refusal_,
            .problem = problem_,
            .since = since_};
}

Error State::unavailable() const {
    return {Errc::unavailable,
            available() ? "the database is read-only; nothing was stored"
                        : "the database cannot be reached; nothing was stored",
            {}};
}

}  // namespace ecron::store
