#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "ecron/mq/nsq.hpp"
#include "mq/nsq_consumers.hpp"
#include "mq/nsq_lookup.hpp"
#include "mq/nsq_producers.hpp"

namespace ecron::mq {

std::string Address::text() const {
    return fmt::format(fmt::runtime(host.contains(':') ? "[{}]:{}" : "{}:{}"), host, port);
}

namespace {

constexpr Millis kTurn{200};
constexpr Millis kFirstLooks{1'000};  // while a topic is not known anywhere
constexpr std::size_t kAnswerLimit = 4UL << 20U;

class NsqBroker final : public Broker {
public:
    NsqBroker(asio::io_context& io, const Clock& clock, http::Client& client, NsqOptions options)
        : io_(io),
          clock_(clock),
          client_(client),
          options_(std::move(options)),
          producers_(io, clock, options_),
          gate_(io),
          stopped_(io),
          random_(std::hash<std::string>{}(options_.client_id)) {
        producers_.set(options_.nsqds);
        for (const Address& lookupd : options_.lookupds)
            lookup_links_.push_back({.option = lookupd.option, .address = lookupd.text()});
    }

    asio::awaitable<Result<void>> publish(std::string topic, std::vector<Outgoing> messages) override {
        return producers_.publish(std::move(topic), std::move(messages));
    }

    void subscribe(Subscription subscription) override {
        consumers_.push_back(
            std::make_unique<nsq::Consumers>(io_, clock_, *this, options_, std::move(subscription)));
    }

    asio::awaitable<void> run() override {
        if (options_.lookupds.empty())
            for (const auto& consumers : consumers_) consumers->set(options_.nsqds, true);
        else
            gate_.spawn("nsq lookup", look_up());
        while (!stopping_) {
            co_await producers_.keep_connected();
            co_await stopped_.wait(kTurn);
        }
    }

    asio::awaitable<void> stop(Millis grace) override {
        stopping_ = true;
        stopped_.notify();
        for (const auto& consumers : consumers_) co_await consumers->stop(grace);
        co_await producers_.close();
        co_await gate_.drained();
    }

    [[nodiscard]] State state() const override {
        State state{.kind = "nsq", .connected = producers_.connected(), .links = lookup_links_};
        producers_.append_to(state);
        for (const auto& consumers : consumers_) consumers->append_to(state);
        return state;
    }

private:
    struct Found {
        std::vector<nsq::Node> nodes{};
        bool certain{true};  // every nsqlookupd has answered
    };

    asio::awaitable<void> look_up() {
        while (!stopping_) {
            bool all_known = true;
            for (const auto& consumers : consumers_) {
                std::string path = "/lookup?topic=" + consumers->channel().subscription().topic;
                const Found found = co_await ask_all(std::move(path));
                std::vector<Address> addresses;
                for (const nsq::Node& node : found.nodes) addresses.push_back(node.address);
                all_known = all_known && !addresses.empty();
                consumers->set(addresses, found.certain);
                co_await measure_lag(consumers->channel(), found.nodes);
            }
            if (options_.nsqds.empty()) {
                const Found found = co_await ask_all("/nodes");
                std::vector<Address> addresses;
                for (const nsq::Node& node : found.nodes) addresses.push_back(node.address);
                if (found.certain || !addresses.empty()) producers_.set(addresses);
            }
            const Millis rest =
                all_known ? options_.lookup_interval : std::min(kFirstLooks, options_.lookup_interval);
            if (!stopping_) co_await stopped_.wait(jittered(rest));
        }
    }

    /// Half of it to all of it, so that many nodes do not ask at once.
    Millis jittered(Millis whole) {
        return Millis{std::uniform_int_distribution<std::int64_t>{whole.count() / 2, whole.count()}(random_)};
    }

    asio::awaitable<Found> ask_all(std::string path) {
        Found found;
        for (std::size_t i = 0; i < options_.lookupds.size(); ++i) {
            const Result<http::ClientResponse> answer =
                co_await client_.send({.url = fmt::format("http://{}{}", options_.lookupds[i].text(), path),
                                       .connect_timeout = options_.timeout,
                                       .timeout = options_.timeout,
                                       .max_redirects = 0,
                                       .body_limit = kAnswerLimit});
            std::optional<std::vector<nsq::Node>> nodes;
            if (answer) nodes = nsq::parse_nodes(answer->status, answer->body);
            Link& link = lookup_links_[i];
            if (nodes) {
                link_up(link, clock_.now(), "nsqlookupd");
                for (nsq::Node& node : *nodes) add(found.nodes, std::move(node));
            } else {
                found.certain = false;
                link_down(link, clock_.now(), "nsqlookupd",
                          answer ? fmt::format("answers {}, but not as an nsqlookupd does", answer->status)
                                 : answer.error().what);
            }
        }
        co_return found;
    }

    static void add(std::vector<nsq::Node>& nodes, nsq::Node node) {
        const auto same = [&](const nsq::Node& other) { return other.address == node.address; };
        if (std::ranges::none_of(nodes, same)) nodes.push_back(std::move(node));
    }

    asio::awaitable<void> measure_lag(Channel& channel, const std::vector<nsq::Node>& nodes) {
        std::optional<std::uint64_t> lag;
        const std::string& topic = channel.subscription().topic;
        for (const nsq::Node& node : nodes) {
            if (node.http_port == 0) continue;
            const Address side{.host = node.address.host, .port = node.http_port};
            const Result<http::ClientResponse> answer = co_await client_.send(
                {.url = fmt::format("http://{}/stats?format=json&include_clients=false&topic={}&channel={}",
                                    side.text(), topic, channel.subscription().channel),
                 .connect_timeout = options_.timeout,
                 .timeout = options_.timeout,
                 .max_redirects = 0,
                 .body_limit = kAnswerLimit});
            const auto depth = answer ? nsq::parse_depth(answer->body) : std::nullopt;
            if (depth) lag = lag.value_or(0) + *depth;
        }
        channel.set_lag(lag);
    }

    asio::io_context& io_;
    const Clock& clock_;
    http::Client& client_;
    const NsqOptions options_;
    nsq::Producers producers_;
    std::vector<std::unique_ptr<nsq::Consumers>> consumers_;
    std::vector<Link> lookup_links_;
    Gate gate_;
    Wakeup stopped_;
    std::mt19937_64 random_;
    bool stopping_{false};
};

}  // namespace

std::unique_ptr<Broker> make_nsq_broker(asio::io_context& io, const Clock& clock, http::Client& client,
                                        NsqOptions options) {
    return std::make_unique<NsqBroker>(io, clock, client, std::move(options));
}

}  // namespace ecron::mq
