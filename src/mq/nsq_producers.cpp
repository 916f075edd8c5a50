#include "mq/nsq_producers.hpp"

#include <algorithm>

namespace ecron::mq::nsq {
namespace {

constexpr std::size_t kMessagesAtOnce = 500;
constexpr std::size_t kBytesAtOnce = 1UL << 20U;  // nsqd's own limit of a command is 5 MiB

/// Returns how many of the first messages fit into one command.
std::size_t batch_of(std::span<const Outgoing> messages) {
    std::size_t bytes = 0;
    std::size_t count = 0;
    while (count < messages.size() && count < kMessagesAtOnce) {
        bytes += messages[count].body.size();
        if (count > 0 && bytes > kBytesAtOnce) break;
        ++count;
    }
    return count;
}

std::string command_for(const std::string& topic, std::span<const Outgoing> messages) {
    if (messages.size() == 1) return publish(topic, messages.front().body);
    std::vector<std::string_view> bodies;
    for (const Outgoing& message : messages) bodies.emplace_back(message.body);
    return publish_many(topic, bodies);
}

}  // namespace

Producers::Producers(asio::io_context& io, const Clock& clock, const NsqOptions& options)
    : io_(io),
      clock_(clock),
      options_(options),
      gate_(io),
      opened_(io) {}

void Producers::set(const std::vector<Address>& addresses) {
    for (const NodePtr& node : nodes_)
        node->wanted = std::ranges::find(addresses, node->address) != addresses.end();
    std::erase_if(nodes_,
                  [](const NodePtr& node) { return !node->wanted && !node->connection && !node->opening; });
    for (const Address& address : addresses) {
        const auto same = [&](const NodePtr& node) { return node->address == address; };
        if (std::ranges::any_of(nodes_, same)) continue;
        const auto seed = std::hash<std::string>{}(address.text());
        const auto node = std::make_shared<Node>(address, ReconnectDelay{options_.longest_back_off, seed});
        node->link = {.option = address.option, .address = address.text()};
        nodes_.push_back(node);
    }
}

asio::awaitable<void> Producers::keep_connected() {
    for (const NodePtr& node : nodes_) {
        if (node->connection && node->connection->ended()) lost(*node, *node->connection->ended());
        const bool due =
            !node->connection && !node->opening && node->wanted && clock_.steady() >= node->not_before;
        if (due) gate_.spawn("nsq producer", connect(node));
    }
    co_await yield(io_);
}

asio::awaitable<void> Producers::connect(NodePtr node) {
    node->opening = true;
    Address address = node->address;
    Result<Connection::Opened> opened =
        co_await Connection::open(io_, clock_, std::move(address), options_, {});
    node->opening = node->reopening = false;
    opened_.notify();
    if (!opened) {
        lost(*node, opened.error());
        co_return;
    }
    node->connection = std::move(*opened);
    node->back_off.reset();
    link_up(node->link, clock_.now(), "nsq");
}

void Producers::lost(Node& node, const Error& error) {
    link_down(node.link, clock_.now(), "nsq", error.what);
    node.not_before = clock_.steady() + node.back_off.next();
    node.connection.reset();  // the connection may be the cause of the error
}

Producers::NodePtr Producers::next_connected() {
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        const std::size_t at = (current_ + i) % nodes_.size();
        const NodePtr& node = nodes_[at];
        if (!node->connection) continue;
        if (const std::optional<Error>& ended = node->connection->ended()) {
            lost(*node, *ended);
            continue;
        }
        current_ = at;
        return node;
    }
    return nullptr;
}

asio::awaitable<void> Producers::wait_for_reopened() {
    while (std::ranges::any_of(nodes_, [](const NodePtr& node) { return node->reopening; }))
        co_await opened_.wait(options_.timeout);
}

asio::awaitable<Result<void>> Producers::publish(std::string topic, std::vector<Outgoing> messages) {
    Result<void> done{};
    std::span<const Outgoing> rest{messages};
    while (!rest.empty() && done) {
        const std::span<const Outgoing> batch = rest.first(batch_of(rest));
        done = co_await publish_batch(topic, batch);
        published_.count(topic, batch.size(), done.has_value());
        rest = rest.subspan(batch.size());
    }
    co_return done;
}

/// If an nsqd disconnects before it responds, it may have stored all messages: they are published again.
asio::awaitable<Result<void>> Producers::publish_batch(const std::string& topic,
                                                       std::span<const Outgoing> messages) {
    co_await wait_for_reopened();
    for (std::size_t tries = 0; tries <= nodes_.size(); ++tries) {
        const NodePtr node = next_connected();
        if (node == nullptr) break;
        const std::shared_ptr<Connection> connection = node->connection;
        const Result<std::string> answer = co_await connection->request(command_for(topic, messages));
        if (answer) {
            refused_.written(topic);
            co_return Result<void>{};
        }
        const Error& error = answer.error();
        const bool refused =
            error.code == Errc::too_large || error.code == Errc::denied || error.code == Errc::invalid;
        connection->close(error);  // nsqd closes it after an error
        if (refused) {
            // The message caused the error, not the connection: reconnect immediately.
            if (node->connection == connection) {
                node->connection.reset();
                node->opening = node->reopening = true;
                gate_.spawn("nsq producer", connect(node));
            }
            if (error.code == Errc::denied) refused_.refused(topic, node->link, "nsq", error.what);
            co_return std::unexpected(error);
        }
        if (node->connection == connection) lost(*node, error);
    }
    co_return fail(Errc::unavailable, "no nsqd accepts messages at the moment");
}

asio::awaitable<void> Producers::close() {
    for (const NodePtr& node : nodes_)
        if (node->connection) node->connection->close({Errc::unavailable, "ecron stops", {}});
    co_await gate_.close();
}

bool Producers::connected() const {
    return std::ranges::any_of(
        nodes_, [](const NodePtr& node) { return node->connection && !node->connection->ended(); });
}

void Producers::append_to(State& state) const {
    for (const NodePtr& node : nodes_) {
        state.links.push_back(node->link);
        refused_.tell(state.links.back());
    }
    published_.append_to(state.topics);
}

}  // namespace ecron::mq::nsq
