#pragma once
#include <memory>

#include "store/jobs/jobs.hpp"
#include "store/work/writer.hpp"

namespace ecron::store {

/// Marks the executions of deleted jobs, batch by batch, until none remain. Threads: the io_context's.
class Sweeper final : public std::enable_shared_from_this<Sweeper> {
public:
    explicit Sweeper(Writer& writer) : writer_(&writer) {}
    void start() {
        if (running_) return again_ = true, void();
        running_ = true;
        auto batch = std::make_unique<SweepDeleted>();
        batch->waiter = std::make_unique<Next>(shared_from_this());
        writer_->submit(std::move(batch));
    }
    /// Deleted jobs may have executions that an earlier process did not mark before it ended.
    void start_once() {
        if (!std::exchange(started_, true)) start();
    }
    void stop() { stopped_ = true; }

private:
    class Next final : public Waiter<bool> {
    public:
        explicit Next(std::shared_ptr<Sweeper> sweeper) : sweeper_(std::move(sweeper)) {}
        void resume(Result<bool> more) override {
            sweeper_->running_ = false;
            const bool asked = std::exchange(sweeper_->again_, false);
            // After an error, the next deletion or the next start continues.
            if (!sweeper_->stopped_ && more && (*more || asked)) sweeper_->start();
        }

    private:
        std::shared_ptr<Sweeper> sweeper_;
    };

    Writer* writer_;
    bool started_{false};
    bool running_{false};
    bool again_{false};
    bool stopped_{false};
};

}  // namespace ecron::store
