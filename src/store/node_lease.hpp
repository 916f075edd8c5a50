#pragma once
#include <boost/asio/io_context.hpp>
#include <mutex>

#include "store/back_off.hpp"
#include "store/session.hpp"
#include "store/state.hpp"
#include "store/work_thread.hpp"

/// This node's lease on MySQL: a row that says until when it lives, by the store's clock. It is renewed on a
/// session and a thread of its own, so that a commit that takes long keeps nothing else waiting. With each
/// renewal comes how many nodes can lead and how many shards there are; the renewal says whether this one
/// can.
///
/// A name belongs to one process. While the lease session holds the advisory lock of the name, no other
/// process that has it is connected, so a process that starts takes over what a killed one has left. A
/// process that finds the name taken leads nothing and waits until that lease would have ended; if the lease
/// was renewed meanwhile, the name is lost for good.
///
/// On a Galera cluster, advisory locks hold on one of its nodes only, so two ecron nodes that use different
/// ones could both lead. The row says which one a node uses; the node that came later does not lead.
namespace ecron::store {

class NodeLease;

class LeaseWork : public Answering<Work, void> {
public:
    enum class Wish : std::uint8_t { renew, end };
    LeaseWork(Wish wish, NodeId node, Millis clock_ahead = {}, bool can_lead = false)
        : wish_(wish),
          node_(std::move(node)),
          clock_ahead_(clock_ahead),
          can_lead_(can_lead) {}
    [[nodiscard]] Wish wish() const { return wish_; }
    [[nodiscard]] const NodeId& node() const { return node_; }
    [[nodiscard]] Millis clock_ahead() const { return clock_ahead_; }
    [[nodiscard]] bool can_lead() const { return can_lead_; }

private:
    Wish wish_;
    NodeId node_;
    Millis clock_ahead_;
    bool can_lead_;
};

class NodeLease {
public:
    NodeLease(boost::asio::io_context& io, const Options& options, const Clock& clock,
              const store::State& state);
    ~NodeLease();

    enum class Name : std::uint8_t { unknown, own, taken, lost };
    /// What the last good renewal told. Threads: any.
    struct State {
        std::optional<SteadyInstant> renewed{};  // when it was sent; nothing: the name is not this process's
        std::size_t shards{1};
        std::size_t live_nodes{1};  // that can lead
        Name name{Name::unknown};
        std::string holder{};               // of the name, if it is another process
        std::string other_database_node{};  // "NODE uses NAME": of a node that came earlier and can lead
    };
    [[nodiscard]] State state() const;
    [[nodiscard]] bool lives() const;  // the lease has not ended, by this process's steady clock
    /// A renewal is a second old, or said something else about leading, and none is under way.
    [[nodiscard]] bool due(bool can_lead) const;
    void submit(std::unique_ptr<LeaseWork> work) { thread_.submit(std::move(work)); }
    void close() { thread_.close(); }

private:
    Result<void> carry_out(const LeaseWork& work);
    void connect();
    void open_session();
    bool lock_name(const NodeId& node);
    void renew(const LeaseWork& work);
    void read_cluster(const NodeId& node, SteadyInstant sent);
    Name name_of_another(std::int64_t lease_until, SteadyInstant now);
    void log_changes(const NodeId& node, const State& now, SteadyInstant at);

    const Options& options_;
    const Clock& clock_;
    const store::State& store_state_;
    const std::string instance_;
    const std::string process_;  // this one, for the error of another process
    std::unique_ptr<Session> session_{};
    bool name_locked_{false};      // by the session
    bool had_name_{false};         // this process, at some time
    std::string database_node_{};  // of a Galera cluster, that the session uses; else empty
    /// Another process's lease under this name when it was first seen.
    struct Holder {
        SteadyInstant seen{};
        std::int64_t lease_until{};
    };
    std::optional<Holder> other_holder_{};
    std::optional<SteadyInstant> divided_since_{};  // nodes use different nodes of the Galera cluster
    bool told_divided_{false};
    std::uint64_t generation_{0};  // of the session, see store::State
    BackOff back_off_;
    std::optional<SteadyInstant> answering_since_{};  // of the store, as far as this session knows

    mutable std::mutex mutex_;
    State state_;
    std::optional<SteadyInstant> last_try_{};
    bool told_can_lead_{false};     // with the last try
    WorkThread<LeaseWork> thread_;  // last: it works with all of the above
};

}  // namespace ecron::store
