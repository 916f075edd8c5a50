#include "mq/kafka_consumer.hpp"

#include <fmt/format.h>

namespace ecron::mq::kafka {
namespace {

constexpr std::size_t kEventsPerTurn = 64;
constexpr std::size_t kHeldRooms = 20;  // maximum of messages awaiting redelivery, per unit of capacity
constexpr Millis kFullBeforePause{1'000};
constexpr Millis kClusterAgain{100};
constexpr Millis kClosing{5'000};
constexpr Millis kDenied{12'000};  // longer than the interval between metadata refreshes

}  // namespace

Consumer::Consumer(asio::io_context& io, const Clock& clock, Broker& broker, const KafkaOptions& options,
                   Subscription subscription)
    : io_(io),
      clock_(clock),
      broker_(broker),
      options_(options),
      channel_(std::move(subscription)),
      gate_(io),
      room_(io),
      stopped_(io),
      link_{.option = options.option, .address = options.servers} {}

Result<void> Consumer::start() {
    Properties properties{{"bootstrap.servers", options_.servers},
                          {"client.id", options_.client_id},
                          {"group.id", channel_.subscription().channel},
                          {"enable.auto.offset.store", "false"},  // stored explicitly when acknowledged
                          {"enable.auto.commit", "true"},
                          {"auto.commit.interval.ms", "500"},
                          {"auto.offset.reset", "earliest"},
                          {"partition.assignment.strategy", "cooperative-sticky"},
                          {"session.timeout.ms", "10000"},
                          {"allow.auto.create.topics", "true"},
                          {"topic.metadata.refresh.interval.ms", "5000"},
                          {"fetch.message.max.bytes", "4000000"},
                          {"queued.max.messages.kbytes", "16384"},
                          {"statistics.interval.ms", "1000"},
                          {"log_level", "0"}};
    properties.insert(properties.end(), options_.properties.begin(), options_.properties.end());
    Result<std::unique_ptr<Client>> made = Client::make(io_, RD_KAFKA_CONSUMER, properties);
    if (!made) return std::unexpected(made.error());
    client_ = std::move(*made);
    const Partitions topics{rd_kafka_topic_partition_list_new(1)};
    rd_kafka_topic_partition_list_add(topics.get(), channel_.subscription().topic.c_str(),
                                      RD_KAFKA_PARTITION_UA);
    const rd_kafka_resp_err_t subscribed = rd_kafka_subscribe(client_->handle(), topics.get());
    if (subscribed != RD_KAFKA_RESP_ERR_NO_ERROR) return std::unexpected(to_error(subscribed));
    return {};
}

asio::awaitable<void> Consumer::run() {
    while (!ended_) {
        co_await client_->wait();
        co_await deliver();
    }
}

/// Delivers available messages. Without capacity it delivers none; if that lasts, it pauses the partitions,
/// because a consumer that does not poll is removed from the group.
asio::awaitable<void> Consumer::deliver() {
    for (std::size_t count = 0;;) {
        if (!has_room() && !paused_ && !stopping_) co_await wait_for_room();
        const Event event = client_->next();
        if (event == nullptr) co_return;
        // A message's unique id contains the cluster's id, which arrives with its metadata.
        while (cluster_.empty() && !stopping_ && rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_FETCH) {
            char* const name = rd_kafka_clusterid(client_->handle(), 0);
            if (name != nullptr) cluster_ = name;
            rd_kafka_mem_free(client_->handle(), name);
            if (cluster_.empty()) co_await sleep(io_, kClusterAgain);
        }
        take(event);
        if (++count % kEventsPerTurn == 0) co_await yield(io_);
    }
}

bool Consumer::has_room() const {
    return channel_.has_room() && held_ < kHeldRooms * channel_.subscription().in_flight;
}

asio::awaitable<void> Consumer::wait_for_room() {
    const SteadyInstant begun = clock_.steady();
    while (!has_room() && !stopping_ && clock_.steady() - begun < kFullBeforePause)
        co_await room_.wait(kFullBeforePause);
    if (!has_room() && !stopping_) pause(true);
}

void Consumer::pause(bool paused) {
    rd_kafka_topic_partition_list_t* assigned = nullptr;
    if (rd_kafka_assignment(client_->handle(), &assigned) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
    const Partitions all{assigned};
    if (paused)
        rd_kafka_pause_partitions(client_->handle(), all.get());
    else
        rd_kafka_resume_partitions(client_->handle(), all.get());
    paused_ = paused;
    log::debug("kafka consumer topic={} paused={}", channel_.subscription().topic, paused);
}

void Consumer::take(const Event& event) {
    switch (rd_kafka_event_type(event.get())) {
        case RD_KAFKA_EVENT_FETCH:
            while (const rd_kafka_message_t* const message = rd_kafka_event_message_next(event.get()))
                take_message(*message);
            break;
        case RD_KAFKA_EVENT_REBALANCE:
            take_rebalance(event.get());
            break;
        case RD_KAFKA_EVENT_ERROR:
            take_trouble(rd_kafka_event_error(event.get()), rd_kafka_event_error_string(event.get()));
            break;
        case RD_KAFKA_EVENT_STATS:
            take_statistics(rd_kafka_event_stats(event.get()));
            break;
        default:
            break;
    }
}

void Consumer::take_message(const rd_kafka_message_t& message) {
    if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        take_trouble(message.err, rd_kafka_message_errstr(&message));
        return;
    }
    const auto found = partitions_.find(message.partition);
    if (found == partitions_.end() || stopping_) return;  // the partition's next owner receives it
    found->second->offsets.begin(message.offset);
    const std::string& topic = channel_.subscription().topic;
    const std::int64_t timestamp = rd_kafka_message_timestamp(&message, nullptr);
    Message one{.topic = topic,
                .body = std::string{static_cast<const char*>(message.payload), message.len},
                .origin = fmt::format("kafka {} {} {} {} {}", cluster_, topic, message.partition,
                                      message.offset, timestamp)};
    gate_.spawn("kafka message", carry_out(found->second, message.offset, std::move(one)));
}

asio::awaitable<void> Consumer::carry_out(PartitionPtr partition, std::int64_t offset, Message message) {
    for (;;) {
        const std::optional<Millis> again = co_await channel_.take(broker_, message);
        if (partition->lost) break;
        if (!again) {
            if (const auto commit = partition->offsets.settle(offset)) store(*partition, *commit);
            break;
        }
        ++held_;
        co_await stopped_.wait(*again);
        --held_;
        if (stopping_ || partition->lost) break;
        ++message.deliveries;
    }
    room_.notify();
    if (paused_ && channel_.in_flight() * 2 <= channel_.subscription().in_flight && has_room()) pause(false);
}

void Consumer::store(const Partition& partition, std::int64_t offset) const {
    const Partitions one{rd_kafka_topic_partition_list_new(1)};
    rd_kafka_topic_partition_list_add(one.get(), channel_.subscription().topic.c_str(), partition.number)
        ->offset = offset;
    rd_kafka_offsets_store(client_->handle(), one.get());
}

void Consumer::take_rebalance(rd_kafka_event_t* event) {
    rd_kafka_t* const handle = client_->handle();
    rd_kafka_topic_partition_list_t* const list = rd_kafka_event_topic_partition_list(event);
    const bool gained = rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
    log::info("kafka partitions {} topic={} count={}", gained ? "gained" : "revoked",
              channel_.subscription().topic, list->cnt);
    for (int i = 0; i < list->cnt; ++i) {
        const std::int32_t number = list->elems[i].partition;
        if (const auto known = partitions_.find(number); known != partitions_.end()) {
            known->second->lost = true;
            partitions_.erase(known);
        }
        if (gained) partitions_.emplace(number, std::make_shared<Partition>(Partition{.number = number}));
    }
    const char* const protocol = rd_kafka_rebalance_protocol(handle);
    rd_kafka_error_t* failed = nullptr;
    if (protocol != nullptr && std::string_view{protocol} == "COOPERATIVE")
        failed =
            gained ? rd_kafka_incremental_assign(handle, list) : rd_kafka_incremental_unassign(handle, list);
    else
        rd_kafka_assign(handle, gained ? list : nullptr);
    if (failed != nullptr) {
        log::warn("failed to assign kafka partitions: topic={} error={}", channel_.subscription().topic,
                  rd_kafka_error_string(failed));
        rd_kafka_error_destroy(failed);
    }
    if (paused_) pause(true);  // newly assigned partitions are not paused
}

void Consumer::take_trouble(rd_kafka_resp_err_t code, const std::string& text) {
    if (to_error(code).code == Errc::denied) denied_at_ = clock_.steady();
    const Subscription& wanted = channel_.subscription();
    if (text.contains("All broker connections are down") && !link_.problem.empty()) return;
    link_down(link_, clock_.now(), "kafka",
              fmt::format("group {} of topic {}: {}", wanted.channel, wanted.topic, without_times(text)));
}

void Consumer::take_statistics(const char* text) {
    const auto statistics = parse_statistics(text);
    if (!statistics) return;
    channel_.set_lag(statistics->lag);
    const bool denied = denied_at_ && clock_.steady() - *denied_at_ < kDenied;
    if (statistics->broker_up && statistics->in_group && !denied) link_up(link_, clock_.now(), "kafka");
}

asio::awaitable<void> Consumer::stop(Millis grace) {
    stopping_ = true;
    room_.notify();
    stopped_.notify();
    if (!client_) co_return;
    const SteadyInstant deadline = clock_.steady() + grace;
    while (gate_.count() > 0 && clock_.steady() < deadline) co_await sleep(io_, Millis{5});
    // Leaving the group commits the offsets of acknowledged messages.
    rd_kafka_error_t* const failed = rd_kafka_consumer_close_queue(client_->handle(), client_->queue());
    if (failed != nullptr) rd_kafka_error_destroy(failed);
    const SteadyInstant latest = clock_.steady() + kClosing;
    while (rd_kafka_consumer_closed(client_->handle()) == 0 && clock_.steady() < latest) {
        client_->wake();
        co_await sleep(io_, Millis{10});
    }
    ended_ = true;
    client_->wake();
}

void Consumer::append_to(State& state) const {
    state.links.push_back(link_);
    state.topics.push_back(channel_.state());
}

}  // namespace ecron::mq::kafka
