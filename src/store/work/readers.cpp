#include "store/work/readers.hpp"

#include <algorithm>

#include "ecron/base/log.hpp"
#include "ecron/base/thread_priority.hpp"

namespace ecron::store {

namespace {

constexpr Seconds kIdle{1};  // an idle thread checks this often whether its server was abandoned

}  // namespace

Readers::Readers(boost::asio::io_context& io, const Options& options, const Clock& clock, State& state,
                 LookupGroup jobs, LookupGroup executions)
    : answers_(std::make_shared<Answers>(io)),
      options_(options),
      clock_(clock),
      state_(state),
      jobs_(std::move(jobs)),
      executions_(std::move(executions)) {
    for (std::size_t i = 0; i < std::max<std::size_t>(1, options.readers); ++i)
        threads_.emplace_back([this] { run(); });
}

Readers::~Readers() { close(); }

void Readers::submit(std::unique_ptr<Read> read) {
    read->since = clock_.steady();
    Error refused{Errc::unavailable, {}, {}};
    {
        const std::scoped_lock lock(mutex_);
        if (closing_) {
            refused.what = "the store is closed";
        } else if (!state_.available()) {
            refused.what = "the database cannot be reached";
        } else if (waiting_ >= options_.queue_limit) {
            refused.what = "too many reads wait for the database";
        } else {
            Queue& queue = queues_[static_cast<std::size_t>(read->lookup())];
            queue.waiting.push_back(std::move(read));
            ++waiting_;
            if (!queue.busy) wake_.notify_one();
            return;
        }
    }
    read->refuse(refused);
    Batch batch;
    batch.push_back(std::move(read));
    answers_->deliver(std::move(batch));
}

std::size_t Readers::waiting() const {
    const std::scoped_lock lock(mutex_);
    return waiting_;
}

void Readers::close() {
    {
        const std::scoped_lock lock(mutex_);
        closing_ = true;
    }
    wake_.notify_all();
    for (std::thread& thread : threads_) {
        if (thread.joinable()) thread.join();
    }
}

Readers::Queue* Readers::choose() {
    Queue* oldest = nullptr;
    for (Queue& queue : queues_) {
        if (queue.busy || queue.waiting.empty()) continue;
        if (oldest == nullptr || queue.waiting.front()->since < oldest->waiting.front()->since)
            oldest = &queue;
    }
    return oldest;
}

Readers::Batch Readers::take(Queue& queue) {
    const bool shared = queue.waiting.front()->lookup() != Read::Lookup::none;
    const std::size_t size = shared ? std::min(kLongestList, queue.waiting.size()) : 1;
    Batch batch;
    batch.reserve(size);
    for (std::size_t i = 0; i < size; ++i) {
        batch.push_back(std::move(queue.waiting.front()));
        queue.waiting.pop_front();
    }
    queue.busy = shared;
    waiting_ -= size;
    return batch;
}

void Readers::run() {
    prefer_other_threads();
    Connection connection;
    std::unique_lock lock(mutex_);
    for (;;) {
        Queue* queue = nullptr;
        const bool has_work =
            wake_.wait_for(lock, kIdle, [&] { return (queue = choose()) != nullptr || closing_; });
        if (!has_work) {
            leave_old_server(connection);
            continue;
        }
        if (queue == nullptr) return;
        Batch batch = take(*queue);
        lock.unlock();
        carry_out(connection, batch);
        answers_->deliver(std::move(batch));
        lock.lock();
        queue->busy = false;
        if (!queue->waiting.empty()) wake_.notify_one();
    }
}

void Readers::leave_old_server(Connection& connection) const {
    if (connection.generation != state_.readers_generation()) connection.session.reset();
}

Session& Readers::connect(Connection& connection) {
    leave_old_server(connection);
    connection.generation = state_.readers_generation();
    if (!connection.session)
        connection.session = std::make_unique<Session>(options_, SessionUse::read, clock_);
    if (!connection.session->connected()) connection.session->reconnect();
    return *connection.session;
}

void Readers::carry_out(Connection& connection, Batch& batch) {
    // A pooled connection may have been lost while idle: one new connection is tried before giving up.
    for (int tries = 1;; ++tries) {
        try {
            Session& session = connect(connection);
            apply(session, batch);
            state_.rows_read += session.take_counts().read;
            return;
        } catch (const SqlError& error) {
            const bool again = error.fault() == SqlFault::lost || error.fault() == SqlFault::again;
            if (error.fault() == SqlFault::lost) connection.session.reset();
            if (again && tries == 1) {
                ++state_.retries;
                continue;
            }
            state_.failures += batch.size();
            Error answer = to_error(error);
            if (error.fault() == SqlFault::lost) answer.what = "the database cannot be reached";
            return fail_all(batch, answer);
        } catch (const std::exception& error) {
            log::error("failed to read: problem={}", error.what());
            return fail_all(batch, {Errc::internal, "unexpected error of the store", {}});
        }
    }
}

void Readers::apply(Session& session, Batch& batch) {
    std::vector<Read*> reads;
    reads.reserve(batch.size());
    for (const auto& read : batch) reads.push_back(read.get());
    switch (reads.front()->lookup()) {
        case Read::Lookup::jobs:
            return jobs_(session, reads);
        case Read::Lookup::executions:
            return executions_(session, reads);
        case Read::Lookup::none:
            return reads.front()->apply(session);
    }
}

void Readers::fail_all(Batch& batch, const Error& error) {
    for (const auto& read : batch) read->refuse(error);
}

}  // namespace ecron::store
