#pragma once
#include <mutex>

namespace ecron::execution {

/// Whether an object is alive that work on another thread uses.
class Lifetime {
public:
    /// Waits for the work under way; later work is left out.
    void end() {
        const std::scoped_lock lock(mutex_);
        ended_ = true;
    }
    template <class Work> void use(const Work& work) {
        const std::scoped_lock lock(mutex_);
        if (!ended_) work();
    }
    /// For the thread that calls end().
    [[nodiscard]] bool ended() const { return ended_; }

private:
    std::mutex mutex_;
    bool ended_{false};
};

}  // namespace ecron::execution
