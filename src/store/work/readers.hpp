#pragma once
#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "store/sql/session.hpp"
#include "store/sql/state.hpp"
#include "store/work/answers.hpp"
#include "store/work/work.hpp"

/// Reader threads, each with its own session. Waiting reads of the same lookup are executed together in one
/// statement. Only one thread at a time executes a given lookup, which lets reads accumulate.
namespace ecron::store {

class Read : public Work {
public:
    /// Reads of the same lookup can share a statement; `none`: separate statements.
    enum class Lookup : std::uint8_t { none, jobs, executions };
    explicit Read(Lookup lookup = Lookup::none) : lookup_(lookup) {}
    [[nodiscard]] Lookup lookup() const { return lookup_; }
    virtual void apply(Session&) {}

private:
    Lookup lookup_;
};

/// A separate read: a function on a reader's session.
template <class T> class Query final : public Answering<Read, T> {
public:
    explicit Query(std::function<T(Session&)> function) : function_(std::move(function)) {}
    void apply(Session& session) override { this->result = function_(session); }

private:
    std::function<T(Session&)> function_;
};

using LookupGroup = std::function<void(Session&, std::span<Read* const>)>;

class Readers {
public:
    Readers(boost::asio::io_context& io, const Options& options, const Clock& clock, State& state,
            LookupGroup jobs, LookupGroup executions);
    ~Readers();
    void submit(std::unique_ptr<Read> read);
    [[nodiscard]] std::size_t waiting() const;
    void close();

private:
    using Batch = std::vector<std::unique_ptr<Read>>;
    struct Queue {
        std::deque<std::unique_ptr<Read>> waiting{};
        bool busy{false};  // a thread is executing a batch of it; never set for separate reads
    };

    void run();
    Queue* choose();
    Batch take(Queue& queue);
    /// Connection of one thread; `generation` as counted by State for readers.
    struct Connection {
        std::unique_ptr<Session> session{};
        std::uint64_t generation{0};
    };
    Session& connect(Connection& connection);
    void leave_old_server(Connection& connection) const;
    void carry_out(Connection& connection, Batch& batch);
    void apply(Session& session, Batch& batch);
    void fail_all(Batch& batch, const Error& error);

    const std::shared_ptr<Answers> answers_;
    const Options& options_;
    const Clock& clock_;
    State& state_;
    LookupGroup jobs_;
    LookupGroup executions_;

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::array<Queue, 3> queues_;  // by lookup
    std::size_t waiting_{0};
    bool closing_{false};
    std::vector<std::thread> threads_;
};

}  // namespace ecron::store
