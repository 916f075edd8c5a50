#pragma once
#include "ecron/store/messages.hpp"
#include "store/work/threads.hpp"

/// Messages to be published, in SQL.
namespace ecron::store {

/// A message as added by a transaction.
struct NewMessage {
    std::string_view topic;
    std::string about;
    std::string payload;
};
void insert_messages(Session& session, const std::vector<NewMessage>& messages);

std::vector<QueuedMessage> oldest_messages(Session& session, const std::string& topic, std::size_t limit);
Result<void> remove_messages(Session& session, const std::vector<std::int64_t>& keys);

/// The queue on the store's threads.
class SqlMessages final : public MessageQueue {
public:
    explicit SqlMessages(Threads threads) : threads_(threads) {}
    Awaitable<std::vector<QueuedMessage>> oldest(std::string topic, std::size_t limit) override {
        return threads_.read(oldest_messages, std::move(topic), limit);
    }
    Awaitable<void> remove(std::vector<std::int64_t> keys) override {
        return threads_.write({WriteKind::outbox}, remove_messages, std::move(keys));
    }
    void on_written(std::function<void()> callback) override { on_written_ = std::move(callback); }
    void written() const {
        if (on_written_) on_written_();
    }

private:
    Threads threads_;
    std::function<void()> on_written_;
};

}  // namespace ecron::store
