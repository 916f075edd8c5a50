#pragma once
#include <boost/asio/io_context.hpp>
#include <mutex>

#include "store/sql/session.hpp"
#include "store/sql/state.hpp"
#include "store/work/retry_timer.hpp"
#include "store/work/work_thread.hpp"

/// This node's lease on MySQL: a row with the time until which the node counts as alive, by the store's
/// clock. It is renewed on a dedicated session and thread, so that slow commits do not delay it. Each renewal
/// also reads the number of nodes that can lead and the number of shards, and reports whether this node can
/// lead.
///
/// A name belongs to one process. While the lease session holds the advisory lock of the name, no other
/// process with that name is connected, so a starting process can take over the row of a killed one. A
/// process that finds the name in use leads nothing and waits until that lease would have ended; if the lease
/// is renewed in the meantime, the process gives up the name permanently.
///
/// On a Galera cluster, advisory locks are valid on one cluster node only, so two ecron nodes that use
/// different cluster nodes could both lead. The row states which one is used; the ecron node that started
/// later does not lead.
namespace ecron::store {

/// Returns the name of the lock that the lease session of a node holds, as an SQL literal.
std::string lock_name(Session& session, const NodeId& node);

class NodeLease;

class LeaseWork : public Answering<Work, void> {
public:
    enum class Wish : std::uint8_t { renew, end };
    LeaseWork(Wish the_wish, NodeId the_node, Millis the_clock_ahead = {}, bool the_can_lead = false)
        : wish(the_wish),
          node(std::move(the_node)),
          clock_ahead(the_clock_ahead),
          can_lead(the_can_lead) {}

    const Wish wish;
    const NodeId node;
    const Millis clock_ahead;
    const bool can_lead;
};

class NodeLease {
public:
    NodeLease(boost::asio::io_context& io, const Options& options, const Clock& clock,
              const store::State& state);
    ~NodeLease();

    enum class Name : std::uint8_t { unknown, own, taken, lost };
    /// Results of the last successful renewal. Threads: any.
    struct State {
        /// Send time; nullopt: the name does not belong to this process.
        std::optional<SteadyInstant> renewed{};
        std::size_t shards{1};
        std::size_t live_nodes{1};  // that can lead
        Name name{Name::unknown};
        std::string holder{};               // of the name, if it is another process
        std::string other_database_node{};  // "NODE uses NAME": of a node that started earlier and can lead
        bool is_galera{false};
    };
    [[nodiscard]] State state() const;
    [[nodiscard]] bool lives() const;  // true until the lease ends, by this process's steady clock
    /// Returns true if the last renewal is one second old or reported a different `can_lead`, and none is in
    /// progress.
    [[nodiscard]] bool due(bool can_lead) const;
    /// The lock of the name is free, or another session of this process has ended, and this one may have,
    /// too: other nodes would consider this one gone. The next renewal is due immediately.
    void suspect_session();
    void submit(std::unique_ptr<LeaseWork> work) { thread_.submit(std::move(work)); }
    void close() { thread_.close(); }

private:
    Result<void> carry_out(const LeaseWork& work);
    Result<void> try_once(const LeaseWork& work);
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
    const std::string process_;  // identifies this process in another process's error
    std::unique_ptr<Session> session_{};
    bool name_locked_{false};      // held by the session
    bool had_name_{false};         // this process has owned the name before
    std::string database_node_{};  // the Galera cluster node that the session uses; otherwise empty
    /// Another process's lease under this node's name, as first seen.
    struct Holder {
        SteadyInstant seen{};
        std::int64_t lease_until{};
    };
    std::optional<Holder> other_holder_{};
    std::optional<SteadyInstant> divided_since_{};  // nodes use different nodes of the Galera cluster
    bool told_divided_{false};
    std::uint64_t generation_{0};  // of the session, see store::State
    RetryTimer back_off_;
    /// Since when this session has known the store to respond.
    std::optional<SteadyInstant> answering_since_{};

    mutable std::mutex mutex_;
    State state_;
    std::optional<SteadyInstant> last_try_{};
    bool told_can_lead_{false};     // as reported by the last try
    WorkThread<LeaseWork> thread_;  // last member: it uses all of the above
};

}  // namespace ecron::store
