#include "bare/queue.hpp"

#include <arpa/inet.h>
#include <librdkafka/rdkafka.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

namespace ecron::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kPublishedTogether = 500;
constexpr std::size_t kReady = 1'000;
constexpr std::chrono::seconds kLongestSilence{60};

double rate(std::size_t count, Clock::time_point begin) {
    return static_cast<double>(count) / std::chrono::duration<double>(Clock::now() - begin).count();
}

std::string number(std::size_t value) {
    std::string bytes;
    for (const unsigned shift : {24U, 16U, 8U, 0U}) bytes += static_cast<char>((value >> shift) & 0xffU);
    return bytes;
}

std::size_t number_at(std::string_view bytes, std::size_t at) {
    std::size_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8U | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

/// A connection to an nsqd; buffers frames until they are consumed.
class NsqConnection {
public:
    explicit NsqConnection(const std::string& address) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        const std::size_t colon = address.rfind(':');
        std::uint16_t port = 0;
        std::from_chars(address.data() + colon + 1, address.data() + address.size(), port);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        ::inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr);
        const int on = 1;
        ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
            throw std::runtime_error("failed to connect to nsqd at " + address);
        send("  V2");
    }
    ~NsqConnection() { ::close(socket_); }
    NsqConnection(const NsqConnection&) = delete;
    NsqConnection& operator=(const NsqConnection&) = delete;

    void send(std::string_view bytes) const {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) throw std::runtime_error("nsqd closed the connection");
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    void ask(std::string_view command) {
        send(command);
        if (!next().starts_with(std::string(4, '\0')))
            throw std::runtime_error("nsqd rejected the command: " + last_);
    }
    /// Returns type and data of the next frame other than a heartbeat.
    const std::string& next() {
        for (;;) {
            while (bytes_.size() - begin_ < 4 || bytes_.size() - begin_ < 4 + number_at(bytes_, begin_))
                read();
            const std::size_t size = number_at(bytes_, begin_);
            last_.assign(bytes_, begin_ + 4, size);
            begin_ += 4 + size;
            if (!last_.ends_with("_heartbeat_")) return last_;
            send("NOP\n");
        }
    }

private:
    void read() {
        bytes_.erase(0, std::exchange(begin_, 0));
        std::array<char, 65'536> room{};
        const ssize_t got = ::recv(socket_, room.data(), room.size(), 0);
        if (got <= 0) throw std::runtime_error("nsqd closed the connection");
        bytes_.append(room.data(), static_cast<std::size_t>(got));
    }

    int socket_;
    std::string bytes_;
    std::size_t begin_{0};
    std::string last_;
};

class BareNsq final : public BareQueue {
public:
    explicit BareNsq(std::string address) : address_(std::move(address)) {}

    double publish(const std::string& topic, const std::string& body, std::size_t count) override {
        NsqConnection nsqd{address_};
        const auto begin = Clock::now();
        for (std::size_t sent = 0; sent < count;) {
            const std::size_t some = std::min(kPublishedTogether, count - sent);
            std::string messages = number(some);
            for (std::size_t i = 0; i < some; ++i) messages += number(body.size()) + body;
            nsqd.ask("MPUB " + topic + "\n" + number(messages.size()) + messages);
            sent += some;
        }
        return rate(count, begin);
    }

    double consume(const std::string& topic, std::size_t count, std::size_t together,
                   const Store& store) override {
        constexpr std::size_t kId = 4 + 8 + 2;  // after type, time and attempts
        constexpr std::size_t kIdSize = 16;
        NsqConnection nsqd{address_};
        nsqd.ask("SUB " + topic + " bare\n");
        nsqd.send("RDY " + std::to_string(kReady) + "\n");
        std::vector<std::string> bodies;
        std::string finished;
        std::optional<Clock::time_point> begin;
        for (std::size_t got = 0; got < count;) {
            const std::string& frame = nsqd.next();
            if (!begin) begin = Clock::now();
            finished += "FIN " + frame.substr(kId, kIdSize) + "\n";
            bodies.push_back(frame.substr(kId + kIdSize));
            if (++got < count && bodies.size() < together) continue;
            store(bodies);
            nsqd.send(finished);
            bodies.clear();
            finished.clear();
        }
        return rate(count, *begin);
    }

private:
    std::string address_;
};

class BareKafka final : public BareQueue {
public:
    explicit BareKafka(std::string address) : address_(std::move(address)) {}

    double publish(const std::string& topic, const std::string& body, std::size_t count) override {
        const Handle handle = make(RD_KAFKA_PRODUCER, {{"enable.idempotence", "true"}});
        const Topic to{rd_kafka_topic_new(handle.get(), topic.c_str(), nullptr)};
        const auto begin = Clock::now();
        for (std::size_t sent = 0; sent < count;) {
            const int handed =
                rd_kafka_produce(to.get(), RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY,
                                 const_cast<char*>(body.data()), body.size(), nullptr, 0, nullptr);
            const rd_kafka_resp_err_t refused =
                handed == 0 ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_last_error();
            if (refused == RD_KAFKA_RESP_ERR_NO_ERROR)
                ++sent;
            else if (refused != RD_KAFKA_RESP_ERR__QUEUE_FULL)
                throw std::runtime_error(std::string{"Kafka rejected a message: "} +
                                         rd_kafka_err2str(refused));
            rd_kafka_poll(handle.get(), refused == RD_KAFKA_RESP_ERR_NO_ERROR ? 0 : 10);
        }
        if (rd_kafka_flush(handle.get(), kLongestSilenceMillis) != RD_KAFKA_RESP_ERR_NO_ERROR)
            throw std::runtime_error("Kafka rejected the messages");
        return rate(count, begin);
    }

    double consume(const std::string& topic, std::size_t count, std::size_t together,
                   const Store& store) override {
        const Handle handle = make(
            RD_KAFKA_CONSUMER,
            {{"group.id", "bare"}, {"enable.auto.offset.store", "false"}, {"auto.offset.reset", "earliest"}});
        rd_kafka_poll_set_consumer(handle.get());
        rd_kafka_topic_partition_list_t* const topics = rd_kafka_topic_partition_list_new(1);
        rd_kafka_topic_partition_list_add(topics, topic.c_str(), RD_KAFKA_PARTITION_UA);
        rd_kafka_subscribe(handle.get(), topics);
        rd_kafka_topic_partition_list_destroy(topics);
        std::vector<std::string> bodies;
        std::vector<rd_kafka_message_t*> messages;
        std::optional<Clock::time_point> begin;
        auto heard = Clock::now();
        for (std::size_t got = 0; got < count;) {
            rd_kafka_message_t* const message = rd_kafka_consumer_poll(handle.get(), 100);
            if (message == nullptr || message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
                if (message != nullptr) rd_kafka_message_destroy(message);
                if (Clock::now() - heard > kLongestSilence)
                    throw std::runtime_error("timeout waiting for Kafka");
                continue;
            }
            heard = Clock::now();
            if (!begin) begin = heard;
            bodies.emplace_back(static_cast<const char*>(message->payload), message->len);
            messages.push_back(message);
            if (++got < count && bodies.size() < together) continue;
            store(bodies);
            for (rd_kafka_message_t* const stored : messages) {
                rd_kafka_offset_store(stored->rkt, stored->partition, stored->offset);
                rd_kafka_message_destroy(stored);
            }
            bodies.clear();
            messages.clear();
        }
        const double reached = rate(count, *begin);
        rd_kafka_consumer_close(handle.get());
        return reached;
    }

private:
    static constexpr int kLongestSilenceMillis = 60'000;
    struct Destroy {
        void operator()(rd_kafka_t* handle) const { rd_kafka_destroy(handle); }
    };
    struct DestroyTopic {
        void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
    };
    using Handle = std::unique_ptr<rd_kafka_t, Destroy>;
    using Topic = std::unique_ptr<rd_kafka_topic_t, DestroyTopic>;

    [[nodiscard]] Handle make(rd_kafka_type_t type,
                              const std::vector<std::pair<const char*, const char*>>& properties) const {
        std::array<char, 512> problem{};
        rd_kafka_conf_t* const conf = rd_kafka_conf_new();
        rd_kafka_conf_set(conf, "bootstrap.servers", address_.c_str(), problem.data(), problem.size());
        for (const auto& [name, value] : properties)
            rd_kafka_conf_set(conf, name, value, problem.data(), problem.size());
        Handle handle{rd_kafka_new(type, conf, problem.data(), problem.size())};
        if (!handle) throw std::runtime_error(problem.data());
        return handle;
    }

    std::string address_;
};

}  // namespace

std::unique_ptr<BareQueue> BareQueue::make(const std::string& kind, const std::string& address) {
    if (kind == "kafka") return std::make_unique<BareKafka>(address);
    return std::make_unique<BareNsq>(address);
}

}  // namespace ecron::bench
