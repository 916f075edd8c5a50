#pragma once
#include <boost/asio/io_context.hpp>
#include <mutex>

#include "store/session.hpp"
#include "store/work_thread.hpp"

/// This node's lease on MySQL: a row that says until when it lives, by the store's clock. It is renewed on a
/// session and a thread of its own, so that a commit that takes long keeps nothing else waiting. With each
/// renewal comes how many nodes can lead and how many shards there are; the renewal says whether this one
/// can.
///
/// Of two processes with one name the later one has the lease; the earlier one is told so (conflict) until
/// the later one's lease has ended.
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
    NodeLease(boost::asio::io_context& io, const Options& options, const Clock& clock);
    ~NodeLease();

    /// What the last good renewal told. Threads: any.
    struct State {
        std::optional<SteadyInstant> renewed{};  // when it was sent; nothing: never, or another has the name
        std::size_t shards{1};
        std::size_t live_nodes{1};  // that can lead
        bool usurped{false};
    };
    [[nodiscard]] State state() const;
    [[nodiscard]] bool lives() const;  // the lease has not ended, by this process's steady clock
    /// A renewal is a second old, or said something else about leading, and none is under way.
    [[nodiscard]] bool due(bool can_lead) const;
    void submit(std::unique_ptr<LeaseWork> work) { thread_.submit(std::move(work)); }
    void close() { thread_.close(); }

private:
    Result<void> carry_out(const LeaseWork& work);
    void renew(const LeaseWork& work);
    void read_cluster(const NodeId& node, SteadyInstant sent);

    const Options& options_;
    const Clock& clock_;
    const std::string instance_;
    std::unique_ptr<Session> session_{};
    std::optional<SteadyInstant> answering_since_{};  // of the store, as far as this session knows

    mutable std::mutex mutex_;
    State state_;
    std::optional<SteadyInstant> last_try_{};
    bool told_can_lead_{false};     // with the last try
    WorkThread<LeaseWork> thread_;  // last: it works with all of the above
};

}  // namespace ecron::store
