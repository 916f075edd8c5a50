#pragma once
#include <functional>
#include <map>

#include "ecron/model/execution.hpp"
#include "ecron/store/port.hpp"

/// Outbox of execution outcomes: an entry is written in the outcome's own transaction and kept until it is
/// delivered or dead. A node leases an entry, which excludes other nodes, and then settles it: delivered, to
/// be retried, or dead. An entry that is not settled can be leased again after its lease has ended, so
/// delivery is at least once. An entry can be leased only once all older entries of its execution and channel
/// are settled, so delivery is in order.
///
/// Threads and errors: as for Store. All times are by the store's clock.
namespace ecron::store {

/// Transport of an announcement.
enum class Channel : std::uint8_t { webhook = 1 };

struct Announcement {
    /// recovered: written only if the execution of the job that ended before was abandoned.
    enum class Condition : std::uint8_t { none, recovered };

    Channel channel{Channel::webhook};
    Condition condition{Condition::none};
    /// An event that is announced once for an execution: not written if the row of the execution notes it.
    std::optional<model::Event> once{};
    std::string message_id{};  // the same for every delivery attempt
    /// Limits are shared per receiver: for a webhook its tenant, a space and the origin of its URL; at most
    /// 255 characters.
    std::string receiver{};
    std::string url{};
    std::string payload{};
};

/// A leased outbox entry.
struct OutboxEntry {
    std::int64_t key{};
    Announcement announcement{};
    ExecuteId execution{};
    TenantId tenant{};
    Instant created{};
    Millis age{};   // at the time of the lease
    int tries{};    // including this one
    Instant due{};  // end of the lease; identifies the lease holder in the row
};

struct LeaseRequest {
    Channel channel{Channel::webhook};
    NodeId node{};
    Millis lease{};
    std::size_t limit{};                                     // maximum number of entries
    std::size_t per_receiver{};                              // maximum number of entries per receiver
    std::map<std::string, std::size_t, std::less<>> room{};  // overrides per_receiver for these receivers
    /// Leased entries of each tenant. A tenant gets another entry only while it holds fewer than there are
    /// free places, so that a new tenant always finds room (dynamic thresholds, Choudhury and Hahne 1998).
    /// nullopt: there is only one tenant, which may use all places.
    std::optional<std::map<TenantId, std::size_t>> held{};
    /// Cursor over the receivers, which are served round-robin: the last receiver of the previous call.
    std::string after{};
};
struct LeasedEntries {
    std::vector<OutboxEntry> taken{};
    std::string after{};
    bool round_ended{true};  // every receiver has been visited since the round began
};

struct DeliveryResult {
    enum class Verdict : std::uint8_t { delivered, again, dead };
    Verdict verdict{};
    Millis wait{};         // delay before the next attempt
    int code{};            // status code of the receiver's response; 0: no response
    std::string reason{};  // why delivery failed
};

struct DeadLetter {
    std::int64_t key{};
    std::string message_id{};
    ExecuteId execution{};
    TenantId tenant{};
    std::string url{};
    Instant created{};
    Instant died{};
    int tries{};
    int code{};
    std::string reason{};
};

struct OutboxSize {
    std::size_t waiting{};  // entries, including leased ones; counted up to kMaxCounted
    Millis oldest{};        // age of the oldest
};
inline constexpr std::size_t kMaxCounted = 100'000;

class Outbox {
public:
    virtual ~Outbox() = default;
    virtual Awaitable<LeasedEntries> take(LeaseRequest request) = 0;
    /// Returns false if another node leased the entry after this lease had ended. If the entry was delivered,
    /// it is deleted nevertheless.
    virtual Awaitable<bool> settle(OutboxEntry entry, DeliveryResult delivery) = 0;
    /// Releases the entries that an earlier process of this node had leased.
    virtual Awaitable<void> release(NodeId node) = 0;
    /// Moves unleased entries older than `age` to the dead letters, one batch per call; returns their number.
    virtual Awaitable<std::size_t> expire_older_than(Millis age, std::string reason) = 0;
    virtual Awaitable<OutboxSize> size() = 0;

    /// The callback runs after each commit of this process that added entries.
    virtual void on_written(std::function<void()> callback) = 0;
};

class DeadLetters {
public:
    virtual ~DeadLetters() = default;
    /// Returns the newest dead letters with a key below `before` first.
    virtual Awaitable<std::vector<DeadLetter>> dead_letters(std::optional<TenantId> tenant, std::size_t limit,
                                                            std::optional<std::int64_t> before) = 0;
    /// Moves dead letters back to the outbox as new entries; all of them, or none and not_found.
    virtual Awaitable<void> redeliver(std::optional<TenantId> tenant, std::vector<std::int64_t> keys) = 0;
};

}  // namespace ecron::store
