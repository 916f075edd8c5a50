#include "mq/kafka_client.hpp"

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <array>
#include <cstdint>
#include <stdexcept>

namespace ecron::mq::kafka {
namespace {

constexpr std::uint64_t kOne = 1;

struct QueueDeleter {
    void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
};
struct HandleDeleter {
    void operator()(rd_kafka_t* handle) const { rd_kafka_destroy(handle); }
};

int event_descriptor() {
    const int descriptor = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (descriptor < 0) throw std::runtime_error("failed to create an event descriptor");
    return descriptor;
}

class Librdkafka final : public Client {
public:
    Librdkafka(asio::io_context& io, rd_kafka_t* handle, rd_kafka_type_t type)
        : descriptor_(io, event_descriptor()),
          handle_(handle),
          queue_(type == RD_KAFKA_CONSUMER ? rd_kafka_queue_get_consumer(handle)
                                           : rd_kafka_queue_get_main(handle)) {
        rd_kafka_queue_io_event_enable(queue_.get(), descriptor_.native_handle(), &kOne, sizeof kOne);
    }
    ~Librdkafka() override { rd_kafka_queue_io_event_enable(queue_.get(), -1, nullptr, 0); }
    Librdkafka(const Librdkafka&) = delete;
    Librdkafka& operator=(const Librdkafka&) = delete;

    [[nodiscard]] rd_kafka_t* handle() const override { return handle_.get(); }
    [[nodiscard]] rd_kafka_queue_t* queue() const override { return queue_.get(); }
    [[nodiscard]] Event next() override { return Event{rd_kafka_queue_poll(queue_.get(), 0)}; }

    asio::awaitable<void> wait() override {
        boost::system::error_code ended;
        co_await descriptor_.async_wait(asio::posix::descriptor_base::wait_read,
                                        asio::redirect_error(asio::use_awaitable, ended));
        std::uint64_t count = 0;
        [[maybe_unused]] const auto read = ::read(descriptor_.native_handle(), &count, sizeof count);
    }
    void wake() override {
        [[maybe_unused]] const auto written = ::write(descriptor_.native_handle(), &kOne, sizeof kOne);
    }

private:
    asio::posix::stream_descriptor descriptor_;
    std::unique_ptr<rd_kafka_t, HandleDeleter> handle_;
    std::unique_ptr<rd_kafka_queue_t, QueueDeleter> queue_;
};

const boost::json::object* object_in(const boost::json::object& object, const char* name) {
    const boost::json::value* const found = object.if_contains(name);
    return found == nullptr ? nullptr : found->if_object();
}

bool is_text(const boost::json::object& object, const char* name, std::string_view text) {
    const boost::json::value* const found = object.if_contains(name);
    return found != nullptr && found->is_string() && found->get_string() == text;
}

std::optional<std::uint64_t> lag_of(const boost::json::object& topics) {
    std::optional<std::uint64_t> lag;
    for (const auto& topic : topics) {
        const boost::json::object* const one = topic.value().if_object();
        const boost::json::object* const partitions =
            one == nullptr ? nullptr : object_in(*one, "partitions");
        if (partitions == nullptr) continue;
        for (const auto& partition : *partitions) {
            const boost::json::object* const state = partition.value().if_object();
            const boost::json::value* const found =
                state == nullptr ? nullptr : state->if_contains("consumer_lag");
            if (found != nullptr && found->is_int64() && found->get_int64() >= 0)
                lag = lag.value_or(0) + static_cast<std::uint64_t>(found->get_int64());
        }
    }
    return lag;
}

}  // namespace

Result<std::unique_ptr<Client>> Client::make(asio::io_context& io, rd_kafka_type_t type,
                                             const Properties& properties) {
    std::array<char, 512> problem{};
    rd_kafka_conf_t* const conf = rd_kafka_conf_new();
    for (const auto& [name, value] : properties) {
        const auto set = rd_kafka_conf_set(conf, name.c_str(), value.c_str(), problem.data(), problem.size());
        if (set == RD_KAFKA_CONF_OK) continue;
        rd_kafka_conf_destroy(conf);
        return fail(Errc::invalid, fmt::format("{}", problem.data()), {"mq_kafka"});
    }
    rd_kafka_conf_set_events(conf, RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_FETCH | RD_KAFKA_EVENT_REBALANCE |
                                       RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_STATS);
    rd_kafka_t* const handle = rd_kafka_new(type, conf, problem.data(), problem.size());
    if (handle == nullptr) {
        rd_kafka_conf_destroy(conf);
        return fail(Errc::invalid, fmt::format("{}", problem.data()), {"mq_kafka"});
    }
    if (type == RD_KAFKA_CONSUMER) rd_kafka_poll_set_consumer(handle);
    return std::make_unique<Librdkafka>(io, handle, type);
}

std::optional<Statistics> parse_statistics(std::string_view text) {
    boost::json::error_code failed;
    const boost::json::value value = boost::json::parse(text, failed);
    const boost::json::object* const root = failed ? nullptr : value.if_object();
    if (root == nullptr) return std::nullopt;
    Statistics statistics;
    if (const boost::json::object* const brokers = object_in(*root, "brokers"))
        for (const auto& broker : *brokers)
            if (const boost::json::object* const one = broker.value().if_object())
                statistics.broker_up = statistics.broker_up || is_text(*one, "state", "UP");
    if (const boost::json::object* const group = object_in(*root, "cgrp"))
        statistics.in_group = is_text(*group, "state", "up") && is_text(*group, "join_state", "steady");
    if (const boost::json::object* const topics = object_in(*root, "topics"))
        statistics.lag = lag_of(*topics);
    return statistics;
}

std::string without_times(const std::string& text) { return text.substr(0, text.find(" (after ")); }

Error to_error(rd_kafka_resp_err_t code, const char* text) {
    Errc errc = Errc::unavailable;
    if (code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE || code == RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE)
        errc = Errc::too_large;
    else if (code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
             code == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED ||
             code == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED)
        errc = Errc::denied;
    else if (code == RD_KAFKA_RESP_ERR_INVALID_RECORD || code == RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION)
        errc = Errc::invalid;
    return {errc, text != nullptr ? text : rd_kafka_err2str(code), {}};
}

}  // namespace ecron::mq::kafka
