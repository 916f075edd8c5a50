#include "management/events.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "ecron/base/json_writer.hpp"
#include "ecron/base/uuid.hpp"
#include "ecron/model/json.hpp"
#include "management/raised_flag.hpp"

namespace ecron::management {
namespace {

constexpr std::size_t kChangesAtOnce = 500;
constexpr std::size_t kRowsAtOnce = 2'000;
constexpr Millis kUntilSettled{2'000};  // a transaction that assigned a row is committed after this time
constexpr int kRestPerRead = 4;

std::string job_data(const store::Change& change) {
    std::string data;
    JsonWriter json{data};
    json.begin_object().member("job_id", change.job_id.value());
    json.member("change", change.kind == "spent" ? std::string_view{"complete"} : change.kind);
    json.member("revision", change.number.value()).end_object();
    return data;
}

std::string execution_data(const store::WatchedExecution& execution) {
    std::string data;
    JsonWriter json{data};
    json.begin_object().member("execute_id", execution.id.value()).member("job_id", execution.job.value());
    json.member("state", model::to_text(execution.state)).member("attempt", execution.attempt).end_object();
    return data;
}

std::string cluster_data(const store::Cluster& cluster) {
    std::string data;
    JsonWriter json{data};
    json.begin_object().key("nodes").begin_array();
    for (const store::NodeState& node : cluster.nodes)
        if (node.alive) json.text(node.node.value());
    json.end_array().key("shards").begin_array();
    for (const store::ShardState& shard : cluster.shards)
        json.begin_object()
            .member("shard", static_cast<std::int64_t>(shard.shard.value()))
            .member("node", shard.node.value())
            .member("epoch", shard.epoch.value())
            .end_object();
    json.end_array().end_object();
    return data;
}

/// The newest change that a leader has planned: an idle shard's leader records it, too.
ChangeNumber planned_by(const store::Cluster& cluster) {
    ChangeNumber planned;
    for (const store::ShardState& shard : cluster.shards) planned = std::max(planned, shard.planned);
    return planned;
}

}  // namespace

Events::Events(const Clock& clock, store::Store& store)
    : clock_(clock),
      store_(store),
      process_(random_uuid().substr(0, 8)) {}

std::deque<Events::Event>::const_iterator Events::Channel::behind(std::uint64_t number) const {
    return std::ranges::upper_bound(events_, number, {}, &Event::number);
}

Events::Seat::Seat(std::shared_ptr<Events> events, TenantId payer, std::shared_ptr<Channel> channel)
    : events_(std::move(events)),
      payer_(std::move(payer)),
      channel_(std::move(channel)) {
    ++channel_->streams_;
    ++events_->streams_[payer_];
    ++events_->all_streams_;
}

Events::Seat::~Seat() {
    channel_->left_ = events_->next_read_;  // about now
    --channel_->streams_;
    --events_->all_streams_;
    if (--events_->streams_[payer_] == 0) events_->streams_.erase(payer_);
}

std::shared_ptr<Events::Seat> Events::open(const TenantId& payer, const std::optional<TenantId>& tenant) {
    const auto found = streams_.find(payer);
    const std::size_t of_payer = found == streams_.end() ? 0 : found->second;
    if (all_streams_ >= kMaxStreams || of_payer >= kMaxStreamsOfTenant) return nullptr;
    drop_unused();
    const auto [channel, is_new] = channels_.try_emplace(tenant);
    if (is_new) channel->second = std::make_shared<Channel>(last_);
    return std::make_shared<Seat>(shared_from_this(), payer, channel->second);
}

std::string Events::id_of(std::uint64_t number) const { return fmt::format("{}-{}", process_, number); }

std::optional<std::uint64_t> Events::number_of(std::string_view id) const {
    if (!id.starts_with(process_) || id.substr(process_.size(), 1) != "-") return std::nullopt;
    id.remove_prefix(process_.size() + 1);
    std::uint64_t number{};
    const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
    if (error != std::errc{} || end != id.data() + id.size() || number > last_) return std::nullopt;
    return number;
}

boost::asio::awaitable<void> Events::read_if_due() {
    const SteadyInstant begun = clock_.steady();
    if (reading_ || begun < next_read_) co_return;
    const RaisedFlag reading{reading_};
    drop_unused();
    co_await read();
    const SteadyInstant now = clock_.steady();
    next_read_ = now + std::max<std::chrono::microseconds>(kInterval, (now - begun) * kRestPerRead);
}

/// Without channels nothing is read, so the positions become too old.
void Events::drop_unused() {
    std::erase_if(channels_, [now = clock_.steady()](const auto& channel) {
        return channel.second->streams_ == 0 && now - channel.second->left_ > kKept;
    });
    const SteadyInstant now = clock_.steady();
    if (!channels_.empty() && now - next_read_ < kKept) return;
    started_ = false;
    next_read_ = now;
    for (auto& [tenant, channel] : channels_) {  // nothing was read for long: the store did not answer
        channel->events_.clear();
        channel->dropped_ = ++last_;
    }
}

boost::asio::awaitable<void> Events::read() {
    co_await read_cluster();
    if (!started_) co_return;
    co_await read_changes();
    co_await read_executions();
}

/// Also determines where the other reads start.
boost::asio::awaitable<void> Events::read_cluster() {
    const auto cluster = co_await store_.election->cluster();
    if (!cluster) co_return;
    std::string data = cluster_data(*cluster);
    if (!started_) {
        changes_ = planned_by(*cluster);
        known_.clear();
        reached_.clear();
        settled_ = -1;
        started_ = true;
    } else if (data != cluster_) {
        publish(std::nullopt, {.topic = Topic::cluster, .name = "cluster", .data = data});
    }
    cluster_ = std::move(data);
}

/// If there are more changes, the next read continues: the change log keeps them.
boost::asio::awaitable<void> Events::read_changes() {
    const auto changes = co_await store_.changes->changes_after(changes_, kChangesAtOnce);
    if (!changes || changes->empty()) co_return;
    for (const store::Change& change : *changes) take(change);
    changes_ = changes->back().number;
}

void Events::take(const store::Change& change) {
    const std::optional<TenantId> tenant =
        change.tenant.value().empty() ? std::nullopt : std::optional{change.tenant};
    if (change.is_pause())
        publish(tenant, {.topic = Topic::jobs,
                         .name = "scheduling",
                         .data = fmt::format(R"({{"paused":{}}})", change.kind == "pause")});
    else if (!change.is_request())
        publish(change.tenant, {.topic = Topic::jobs, .name = "job", .data = job_data(change)});
}

boost::asio::awaitable<void> Events::read_executions() {
    const bool is_first = settled_ < 0;
    store::ExecutionWatch watch{.limit = is_first ? kMaxOpen : kRowsAtOnce};
    if (!is_first) watch.behind = settled_;
    for (const auto& [key, known] : known_)
        if (key <= settled_) watch.keys.push_back(key);
    const auto watched = co_await store_.listings->watch_executions(std::move(watch));
    if (!watched) co_return;
    bool is_complete = !is_first || watched->is_complete;
    for (const store::WatchedExecution& execution : watched->executions)
        is_complete = take(execution, is_first) && is_complete;
    if (!is_complete) publish(std::nullopt, {.topic = Topic::executions, .name = "lost", .data = "{}"});
    settle(*watched);
}

/// Returns false if there is no room to follow the execution.
bool Events::take(const store::WatchedExecution& execution, bool is_first) {
    const Known now{execution.state, execution.attempt};
    const auto found = known_.find(execution.key);
    if (found != known_.end() && found->second == now) return true;
    if (!is_first && is_read(execution.tenant))
        publish(execution.tenant,
                {.topic = Topic::executions, .name = "execution", .data = execution_data(execution)});
    const bool has_room = found != known_.end() || known_.size() < kMaxOpen + kRowsAtOnce;
    if (has_room) known_.insert_or_assign(execution.key, now);
    return has_room || model::is_end(execution.state);
}

/// Rows are read again until all transactions that assigned lower keys are committed.
void Events::settle(const store::WatchedExecutions& watched) {
    const SteadyInstant now = clock_.steady();
    reached_.push_back({now, watched.newest});
    if (settled_ < 0 || !watched.is_complete) settled_ = watched.newest;
    while (!reached_.empty() && reached_.front().at <= now - kUntilSettled) {
        settled_ = std::max(settled_, reached_.front().newest);
        reached_.pop_front();
    }
    std::erase_if(known_, [&](const auto& known) {
        return known.first <= settled_ && model::is_end(known.second.state);
    });
    // Rows that were deleted are not found any more.
    std::erase_if(known_, [&](const auto& known) {
        return known.first <= settled_ && !std::ranges::binary_search(watched.executions, known.first, {},
                                                                      &store::WatchedExecution::key);
    });
}

bool Events::is_read(const TenantId& tenant) const {
    return channels_.contains(tenant) || channels_.contains(std::nullopt);
}

void Events::publish(const std::optional<TenantId>& tenant, Event event) {
    event.number = ++last_;
    if (!tenant) {
        for (auto& [of, channel] : channels_) add(*channel, event);
        return;
    }
    for (const std::optional<TenantId>& of : {tenant, std::optional<TenantId>{}}) {
        const auto found = channels_.find(of);
        if (found != channels_.end()) add(*found->second, event);
    }
}

void Events::add(Channel& channel, const Event& event) {
    if (channel.events_.size() == kHistory) {
        channel.dropped_ = channel.events_.front().number;
        channel.events_.pop_front();
    }
    channel.events_.push_back(event);
}

}  // namespace ecron::management
