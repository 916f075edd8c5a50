#include "mq/kafka_producer.hpp"

#include <fmt/format.h>

#include <array>

namespace ecron::mq::kafka {
namespace {

constexpr std::size_t kEventsPerTurn = 64;
constexpr Millis kRoomAgain{50};

}  // namespace

Producer::Producer(asio::io_context& io, const Clock& clock, const KafkaOptions& options)
    : io_(io),
      clock_(clock),
      options_(options),
      room_(io),
      link_{.option = options.option, .address = options.servers} {}

Result<void> Producer::start() {
    Properties properties{{"bootstrap.servers", options_.servers},
                          {"client.id", options_.client_id},
                          {"enable.idempotence", "true"},
                          {"message.max.bytes", "10000000"},  // the broker enforces its own limit
                          {"message.timeout.ms", std::to_string(options_.publish_timeout.count())},
                          {"statistics.interval.ms", "1000"},
                          {"log_level", "0"}};
    properties.insert(properties.end(), options_.properties.begin(), options_.properties.end());
    Result<std::unique_ptr<Client>> made = Client::make(io_, RD_KAFKA_PRODUCER, properties);
    if (!made) return std::unexpected(made.error());
    client_ = std::move(*made);
    fatal_ = false;
    return {};
}

asio::awaitable<Result<void>> Producer::publish(std::string topic, std::vector<Outgoing> messages) {
    const auto batch = std::make_shared<Batch>(io_);
    for (const Outgoing& message : messages) {
        rd_kafka_resp_err_t handed = RD_KAFKA_RESP_ERR_NO_ERROR;
        while (!stopping_ && !fatal_ &&
               (handed = hand_over(topic, message, *batch)) == RD_KAFKA_RESP_ERR__QUEUE_FULL)
            co_await room_.wait(kRoomAgain);
        const bool refused = stopping_ || fatal_ || handed != RD_KAFKA_RESP_ERR_NO_ERROR;
        if (refused && !batch->error)
            batch->error = handed == RD_KAFKA_RESP_ERR_NO_ERROR
                               ? Error{Errc::unavailable, "the producer is being restarted", {}}
                               : to_error(handed);
    }
    while (batch->open > 0) co_await batch->answered.wait(Seconds{60});
    published_.count(topic, messages.size(), !batch->error);
    if (batch->error) co_return std::unexpected(*batch->error);
    co_return Result<void>{};
}

rd_kafka_resp_err_t Producer::hand_over(const std::string& topic, const Outgoing& message,
                                        Batch& batch) const {
    std::array<rd_kafka_vu_t, 5> parts{};
    parts[0].vtype = RD_KAFKA_VTYPE_TOPIC;
    parts[0].u.cstr = topic.c_str();
    parts[1].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
    parts[1].u.i = RD_KAFKA_MSG_F_COPY;
    parts[2].vtype = RD_KAFKA_VTYPE_VALUE;
    parts[2].u.mem = {const_cast<char*>(message.body.data()), message.body.size()};  // librdkafka copies it
                                                                                     // and does not modify it
    parts[3].vtype = RD_KAFKA_VTYPE_OPAQUE;
    parts[3].u.ptr = &batch;
    parts[4].vtype = RD_KAFKA_VTYPE_KEY;
    parts[4].u.mem = {const_cast<char*>(message.key.data()), message.key.size()};
    const std::size_t count = message.key.empty() ? parts.size() - 1 : parts.size();
    rd_kafka_error_t* const failed = rd_kafka_produceva(client_->handle(), parts.data(), count);
    if (failed == nullptr) {
        ++batch.open;
        return RD_KAFKA_RESP_ERR_NO_ERROR;
    }
    const rd_kafka_resp_err_t code = rd_kafka_error_code(failed);
    rd_kafka_error_destroy(failed);
    return code;
}

asio::awaitable<void> Producer::run() {
    while (!ended_) {
        co_await client_->wait();
        for (std::size_t count = 0;;) {
            const Event event = client_->next();
            if (event == nullptr) break;
            take(event);
            if (++count % kEventsPerTurn == 0) co_await yield(io_);
        }
        room_.notify();
        if (fatal_ && !stopping_) co_await begin_anew();
    }
}

void Producer::take(const Event& event) {
    switch (rd_kafka_event_type(event.get())) {
        case RD_KAFKA_EVENT_DR:
            take_reports(event.get());
            break;
        case RD_KAFKA_EVENT_ERROR:
            take_trouble(event.get());
            break;
        case RD_KAFKA_EVENT_STATS: {
            const auto statistics = parse_statistics(rd_kafka_event_stats(event.get()));
            if (statistics && statistics->broker_up) link_up(link_, clock_.now(), "kafka");
            break;
        }
        default:
            break;
    }
}

void Producer::take_reports(rd_kafka_event_t* reports) {
    while (const rd_kafka_message_t* const message = rd_kafka_event_message_next(reports)) {
        auto& batch = *static_cast<Batch*>(message->_private);
        const std::string topic = rd_kafka_topic_name(message->rkt);
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            link_up(link_, clock_.now(), "kafka");
            refused_.written(topic);
        } else if (!batch.error) {
            batch.error = to_error(message->err);
        }
        if (message->err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
            refused_.refused(topic, link_, "kafka", rd_kafka_err2str(message->err));
        if (--batch.open == 0) batch.answered.notify();
    }
}

void Producer::take_trouble(rd_kafka_event_t* event) {
    const rd_kafka_resp_err_t code = rd_kafka_event_error(event);
    const std::string text = rd_kafka_event_error_string(event);
    if (code == RD_KAFKA_RESP_ERR__FATAL || rd_kafka_event_error_is_fatal(event) != 0) fatal_ = true;
    // "All brokers down" follows more specific errors: keep those.
    if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN && !link_.problem.empty()) return;
    link_down(link_, clock_.now(), "kafka", without_times(text));
}

/// Recreates the producer after an error that an idempotent producer cannot recover from.
asio::awaitable<void> Producer::begin_anew() {
    rd_kafka_purge(client_->handle(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    for (Millis waited{}; waited < Millis{1'000};
         waited += Millis{20}) {  // for the reports of purged messages
        while (const Event event = client_->next()) take(event);
        co_await sleep(io_, Millis{20});
    }
    const Result<void> started = start();
    if (!started) log::error("failed to start kafka producer: error={}", started.error().what);
}

asio::awaitable<void> Producer::stop(Millis grace) {
    stopping_ = true;
    const SteadyInstant deadline = clock_.steady() + grace;
    while (rd_kafka_outq_len(client_->handle()) > 0 && clock_.steady() < deadline)
        co_await sleep(io_, Millis{10});
    rd_kafka_purge(client_->handle(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    co_await sleep(io_, Millis{20});
    ended_ = true;
    client_->wake();
}

void Producer::append_to(State& state) const {
    state.links.push_back(link_);
    refused_.tell(state.links.back());
    published_.append_to(state.topics);
}

}  // namespace ecron::mq::kafka
