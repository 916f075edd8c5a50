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
constexpr Millis kFirstLooks{1'000};  // polling interval while no nsqd has the topic
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
        for (const Address& nsqd : options_.nsqds) add_nsqd(nsqd);
        for (const Address& lookupd : options_.lookupds) add_lookupd(lookupd);
    }

    asio::awaitable<Result<void>> publish(std::string topic, std::vector<Outgoing> messages) override {
        return producers_.publish(std::move(topic), std::move(messages));
    }

    void subscribe(Subscription subscription) override {
        consumers_.push_back(
            std::make_unique<nsq::Consumers>(io_, clock_, *this, options_, std::move(subscription)));
    }

    asio::awaitable<void> run() override {
        for (const Address& address : options_.unsure) gate_.spawn("nsq role", find_out(address));
        gate_.spawn("nsq lookup", look_up());
        if (lookupds_.empty()) subscribe_directly();
        while (!stopping_) {
            co_await producers_.keep_connected();
            co_await stopped_.wait(kTurn);
        }
    }

    asio::awaitable<void> unsubscribe(Millis grace) override {
        unsubscribed_ = true;
        Gate stops{io_};
        for (const auto& consumers : consumers_) stops.spawn("nsq consumers' stop", consumers->stop(grace));
        co_await stops.close();
    }

    asio::awaitable<void> stop(Millis grace) override {
        stopping_ = true;
        stopped_.notify();
        if (!unsubscribed_) co_await unsubscribe(grace);
        co_await producers_.close();
        co_await gate_.close();
    }

    [[nodiscard]] bool connected() const override { return producers_.connected(); }
    [[nodiscard]] State state() const override {
        State state{.kind = "nsq", .connected = producers_.connected(), .links = lookup_links_};
        for (const auto& [address, link] : unsure_) state.links.push_back(link);
        producers_.append_to(state);
        for (const auto& consumers : consumers_) consumers->append_to(state);
        return state;
    }

private:
    struct Found {
        std::vector<nsq::Node> nodes{};
        bool certain{true};  // every nsqlookupd has responded
    };

    void add_nsqd(const Address& address) {
        nsqds_.push_back(address);
        producers_.set(nsqds_);
    }
    void add_lookupd(const Address& address) {
        lookupds_.push_back(address);
        lookup_links_.push_back({.option = address.option, .address = address.text()});
    }
    void subscribe_directly() {
        for (const auto& consumers : consumers_) consumers->set(nsqds_, true);
    }

    /// Probes an address over HTTP: returns true for an nsqd, whose TCP port then replaces the address's
    /// port, false for an nsqlookupd.
    asio::awaitable<Result<bool>> is_nsqd(Address& address) {
        const Result<http::ClientResponse> answer =
            co_await client_.send({.url = fmt::format("http://{}/info", address.text()),
                                   .connect_timeout = options_.timeout,
                                   .timeout = options_.timeout,
                                   .max_redirects = 0,
                                   .body_limit = kAnswerLimit});
        if (!answer) co_return std::unexpected(answer.error());
        const std::uint16_t port = nsq::parse_tcp_port(answer->body);
        if (port != 0) address.port = port;
        co_return port != 0;
    }

    /// Detects whether the address is an nsqd or an nsqlookupd, and whether it is an nsqd's HTTP port.
    asio::awaitable<void> find_out(Address address) {
        const std::string name = address.text();
        unsure_[name] = {.option = address.option, .address = name};
        ReconnectDelay back_off{options_.longest_back_off, std::hash<std::string>{}(name)};
        while (!stopping_) {
            Address asked = address;
            const auto opened = co_await nsq::Connection::open(io_, clock_, std::move(asked), options_, {});
            if (stopping_) break;
            const bool http = !opened && opened.error().what.contains("in HTTP");
            Result<bool> nsqd{true};
            if (http)
                nsqd = co_await is_nsqd(address);
            else if (!opened)
                nsqd = std::unexpected(opened.error());
            if (stopping_) break;
            if (nsqd) {
                unsure_.erase(name);
                if (opened) (*opened)->close({Errc::unavailable, "its role has been detected", {}});
                if (*nsqd) {
                    add_nsqd(address);
                    if (lookupds_.empty()) subscribe_directly();
                } else {
                    add_lookupd(address);
                }
                break;
            }
            link_down(unsure_[name], clock_.now(), "nsq", nsqd.error().what);
            co_await stopped_.wait(back_off.next());
        }
    }

    asio::awaitable<void> look_up() {
        while (!stopping_) {
            if (lookupds_.empty()) {
                co_await stopped_.wait(kTurn);
                continue;
            }
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
            if (nsqds_.empty()) {
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

    /// Returns a random delay between half of `whole` and `whole`, so that many nodes do not poll at the same
    /// time.
    Millis jittered(Millis whole) {
        return Millis{std::uniform_int_distribution<std::int64_t>{whole.count() / 2, whole.count()}(random_)};
    }

    asio::awaitable<Found> ask_all(std::string path) {
        Found found;
        for (std::size_t i = 0; i < lookupds_.size(); ++i) {
            const Result<http::ClientResponse> answer =
                co_await client_.send({.url = fmt::format("http://{}{}", lookupds_[i].text(), path),
                                       .connect_timeout = options_.timeout,
                                       .timeout = options_.timeout,
                                       .max_redirects = 0,
                                       .unanswered = http::ClientRequest::Unanswered::again,
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
                 .unanswered = http::ClientRequest::Unanswered::again,
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
    std::vector<Address> nsqds_;
    std::vector<Address> lookupds_;
    std::vector<Link> lookup_links_;      // in the order of lookupds_
    std::map<std::string, Link> unsure_;  // addresses with a role that is not yet known
    Gate gate_;
    Wakeup stopped_;
    std::mt19937_64 random_;
    bool unsubscribed_{false};
    bool stopping_{false};
};

}  // namespace

std::unique_ptr<Broker> make_nsq_broker(asio::io_context& io, const Clock& clock, http::Client& client,
                                        NsqOptions options) {
    return std::make_unique<NsqBroker>(io, clock, client, std::move(options));
}

}  // namespace ecron::mq
