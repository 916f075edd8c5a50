#include "mq/nsq_consumers.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ecron::mq::nsq {

Consumers::Consumers(asio::io_context& io, const Clock& clock, Broker& broker, const NsqOptions& options,
                     Subscription subscription)
    : io_(io),
      clock_(clock),
      broker_(broker),
      options_(options),
      channel_(std::move(subscription)),
      sources_gate_(io),
      messages_gate_(io),
      stopped_(io) {}

void Consumers::set(const std::vector<Address>& addresses, bool certain) {
    if (stopping_) return;
    for (const SourcePtr& source : sources_) {
        const bool named = std::ranges::find(addresses, source->address) != addresses.end();
        source->wanted = named || !certain || source->connection != nullptr;
    }
    for (const Address& address : addresses) {
        const auto same = [&](const SourcePtr& source) { return source->address == address; };
        if (std::ranges::any_of(sources_, same)) continue;
        const auto seed = std::hash<std::string>{}(address.text() + channel_.subscription().topic);
        const auto source =
            std::make_shared<Source>(address, ReconnectDelay{options_.longest_back_off, seed});
        source->link = {.option = address.option, .address = address.text()};
        sources_.push_back(source);
        sources_gate_.spawn("nsq consumer", consume(source));
    }
}

asio::awaitable<void> Consumers::consume(SourcePtr source) {
    while (!stopping_ && source->wanted) {
        const Result<void> connected = co_await connect(source);
        if (connected) {
            source->back_off.reset();
            link_up(source->link, clock_.now(), "nsq");
            share_room();
            const std::shared_ptr<Connection> connection = source->connection;
            const Millis look = connection->hello().message_timeout / 4;
            while (!connection->ended()) {
                co_await connection->wait_for_end(look);
                touch_long_ones(*source);
            }
            if (!stopping_) link_down(source->link, clock_.now(), "nsq", connection->ended()->what);
        } else {
            link_down(source->link, clock_.now(), "nsq", connected.error().what);
        }
        source->connection.reset();
        source->open.clear();
        share_room();
        if (!stopping_) co_await stopped_.wait(source->back_off.next());
    }
    std::erase(sources_, source);
}

asio::awaitable<Result<void>> Consumers::connect(SourcePtr source) {
    Address address = source->address;
    Result<Connection::Opened> opened =
        co_await Connection::open(io_, clock_, std::move(address), options_,
                                  [this, source](const Delivery& delivery) { delivered(source, delivery); });
    if (!opened) co_return std::unexpected(opened.error());
    const Subscription& wanted = channel_.subscription();
    const Result<std::string> subscribed =
        co_await (*opened)->request(subscribe(wanted.topic, wanted.channel));
    if (!subscribed) {
        (*opened)->close(subscribed.error());
        co_return fail(subscribed.error().code,
                       fmt::format("topic {} not subscribed: {}", wanted.topic, subscribed.error().what));
    }
    source->connection = std::move(*opened);
    if (stopping_) source->connection->close({Errc::unavailable, "ecron stops", {}});
    co_return Result<void>{};
}

/// Distributes the capacity: limits the messages in flight of each connection so that the total approximates
/// the capacity.
void Consumers::share_room() {
    const auto live = static_cast<std::size_t>(std::ranges::count_if(
        sources_, [](const SourcePtr& source) { return source->connection != nullptr; }));
    if (live == 0 || stopping_) return;
    for (const SourcePtr& source : sources_) {
        if (!source->connection) continue;
        const auto most = static_cast<std::size_t>(source->connection->hello().max_ready);
        source->connection->send(
            ready(std::clamp<std::size_t>(channel_.subscription().in_flight / live, 1, most)));
    }
}

void Consumers::delivered(const SourcePtr& source, const Delivery& delivery) {
    std::string id{delivery.id};
    source->open[id] = clock_.steady();
    Message message{
        .topic = channel_.subscription().topic,
        .body = std::string{delivery.body},
        .origin = fmt::format("nsq {} {} {}", channel_.subscription().topic, id, delivery.nanoseconds),
        .deliveries = static_cast<int>(delivery.attempts)};
    messages_gate_.spawn("nsq message",
                         carry_out(source, source->connection, std::move(id), std::move(message)));
}

/// If its connection has ended in the meantime, nsqd redelivers the message.
asio::awaitable<void> Consumers::carry_out(SourcePtr source, std::shared_ptr<Connection> connection,
                                           std::string id, Message message) {
    const std::optional<Millis> again = co_await channel_.take(broker_, std::move(message));
    if (connection == nullptr || connection->ended()) co_return;
    connection->send(again ? requeue(id, *again) : finish(id));
    if (source->connection == connection) source->open.erase(id);
}

void Consumers::touch_long_ones(Source& source) const {
    if (!source.connection) return;
    const SteadyInstant now = clock_.steady();
    const Millis half = source.connection->hello().message_timeout / 2;
    for (auto& [id, touched] : source.open) {
        if (now - touched < half) continue;
        source.connection->send(touch(id));
        touched = now;
    }
}

asio::awaitable<void> Consumers::stop(Millis grace) {
    stopping_ = true;
    std::vector<Connection::Opened> connections;
    for (const SourcePtr& source : sources_)
        if (source->connection) connections.push_back(source->connection);
    Gate quiet{io_};
    for (const Connection::Opened& connection : connections)
        quiet.spawn("nsq no more messages", stop_delivering(connection));
    const SteadyInstant deadline = clock_.steady() + grace;
    while (quiet.count() + messages_gate_.count() > 0 && clock_.steady() < deadline)
        co_await sleep(io_, Millis{5});
    for (const Connection::Opened& connection : connections) {
        co_await connection->flushed();
        connection->close({Errc::unavailable, "ecron stops", {}});
    }
    co_await quiet.close();
    stopped_.notify();
    co_await sources_gate_.close();
}

/// Messages that nsqd sent before its response are read before it and must be requeued: otherwise nsqd would
/// redeliver them only after its message timeout of a minute.
asio::awaitable<void> Consumers::stop_delivering(Connection::Opened connection) {
    co_await connection->request(std::string{kStopDelivering});
}

void Consumers::append_to(State& state) const {
    for (const SourcePtr& source : sources_) {
        const auto same = [&](const Link& link) { return link.address == source->link.address; };
        const auto known = std::ranges::find_if(state.links, same);
        if (known == state.links.end())
            state.links.push_back(source->link);
        else if (known->connected && !source->link.connected)
            *known = source->link;
    }
    state.topics.push_back(channel_.state());
}

}  // namespace ecron::mq::nsq
