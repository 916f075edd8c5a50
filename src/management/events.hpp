#pragma once
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ecron/store/store.hpp"

namespace ecron::management {

/// Changes of executions, jobs and the cluster, for the streams of GET /events. They are read from the store,
/// so that every node has them: once per node for all streams, only while there are streams, by the stream
/// whose turn it is. Each tenant with a stream, and all tenants together, have a channel with the latest
/// kHistory events. A stream has no buffer: one that is slower than its channel misses events and sends
/// `lost` in their place. Threads: the io_context's.
class Events : public std::enable_shared_from_this<Events> {
public:
    enum class Topic : std::uint8_t { executions, jobs, cluster };
    struct Event {
        std::uint64_t number{};
        Topic topic{};
        std::string_view name{};
        std::string data{};  // JSON
    };

    static constexpr std::size_t kHistory = 1'000;  // events of a channel
    static constexpr std::size_t kMaxStreams = 1'024, kMaxStreamsOfTenant = 128;
    static constexpr Millis kInterval{500};  // between two reads, and at least four times their duration
    static constexpr Millis kKept{60'000};   // history without streams
    static constexpr std::size_t kMaxOpen = 10'000;  // executions whose changes are followed

    Events(const Clock& clock, store::Store& store);

    /// The events that a stream may see: those of a tenant, or of all.
    class Channel {
    public:
        explicit Channel(std::uint64_t last) : dropped_(last) {}
        /// The events behind `number` begin here.
        [[nodiscard]] std::deque<Event>::const_iterator behind(std::uint64_t number) const;
        [[nodiscard]] std::deque<Event>::const_iterator end() const { return events_.end(); }
        /// The number up to which events are no longer kept.
        [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

    private:
        friend class Events;
        std::deque<Event> events_{};
        std::uint64_t dropped_;
        std::size_t streams_{0};
        SteadyInstant left_{};  // by the last stream
    };

    /// A stream's place in a channel and in the limits.
    class Seat {
    public:
        Seat(std::shared_ptr<Events> events, TenantId payer, std::shared_ptr<Channel> channel);
        ~Seat();
        Seat(const Seat&) = delete;
        Seat& operator=(const Seat&) = delete;
        [[nodiscard]] const Channel& channel() const { return *channel_; }

    private:
        std::shared_ptr<Events> events_;
        TenantId payer_;
        std::shared_ptr<Channel> channel_;
    };
    /// Returns nullptr if the tenant or the node has too many streams. `tenant`: nullopt for all.
    std::shared_ptr<Seat> open(const TenantId& payer, const std::optional<TenantId>& tenant);

    /// Reads what is new if it is time to, and no other stream does.
    boost::asio::awaitable<void> read_if_due();

    [[nodiscard]] std::uint64_t last() const { return last_; }
    /// Identifies an event of this process; a number of another process has no meaning here.
    [[nodiscard]] std::string id_of(std::uint64_t number) const;
    /// Returns nullopt if the id is not one of this process.
    [[nodiscard]] std::optional<std::uint64_t> number_of(std::string_view id) const;

private:
    struct Known {
        model::ExecutionState state{};
        int attempt{};
        bool operator==(const Known&) const = default;
    };
    /// The newest row at the time of a read. Rows with lower keys may be committed later.
    struct Reached {
        SteadyInstant at{};
        std::int64_t newest{};
    };

    void drop_unused();
    boost::asio::awaitable<void> read();
    boost::asio::awaitable<void> read_changes();
    boost::asio::awaitable<void> read_executions();
    boost::asio::awaitable<void> read_cluster();
    void take(const store::Change& change);
    bool take(const store::WatchedExecution& execution, bool is_first);
    void settle(const store::WatchedExecutions& watched);
    [[nodiscard]] bool is_read(const TenantId& tenant) const;
    /// `tenant`: nullopt for all channels.
    void publish(const std::optional<TenantId>& tenant, Event event);
    static void add(Channel& channel, const Event& event);

    const Clock& clock_;
    store::Store& store_;
    const std::string process_;
    std::map<std::optional<TenantId>, std::shared_ptr<Channel>> channels_;  // nullopt: of all tenants
    std::map<TenantId, std::size_t> streams_;                               // by payer
    std::size_t all_streams_{0};
    std::uint64_t last_{0};
    bool reading_{false};
    SteadyInstant next_read_{};

    bool started_{false};  // the positions are valid
    ChangeNumber changes_{};
    std::map<std::int64_t, Known> known_;  // by row: those that have not ended, and those behind settled_
    std::int64_t settled_{0};
    std::deque<Reached> reached_;
    std::string cluster_{};
};

}  // namespace ecron::management
