#pragma once
#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "store/session.hpp"
#include "store/state.hpp"
#include "store/work.hpp"

/// Threads that read, each with a session of its own. Reads of the same lookup that wait together are handed
/// over together (one statement for all); one thread at a time does so, which is what makes them wait
/// together.
namespace ecron::store {

class Read : public Work {
public:
    /// Reads that can share a statement with others of the same lookup; none: on its own.
    enum class Lookup : std::uint8_t { none, jobs, executions };
    explicit Read(Lookup lookup = Lookup::none) : lookup_(lookup) {}
    [[nodiscard]] Lookup lookup() const { return lookup_; }
    virtual void apply(Session&) {}

private:
    Lookup lookup_;
};

/// A read of its own: a function on a reader's session.
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
        bool busy{false};  // a thread has a batch of it; never set for reads on their own
    };

    void run();
    Queue* choose();
    Batch take(Queue& queue);
    /// Of one thread; `generation` as State counts it for readers.
    struct Connection {
        std::unique_ptr<Session> session{};
        std::uint64_t generation{0};
    };
    Session& connect(Connection& connection);
    void leave_old_server(Connection& connection) const;
    void carry_out(Connection& connection, Batch& batch);
    void apply(Session& session, Batch& batch);
    void fail_all(Batch& batch, const Error& error);
    void answer(Batch batch);

    boost::asio::io_context& io_;
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
