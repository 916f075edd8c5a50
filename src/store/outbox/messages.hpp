#pragma once
#include "ecron/store/messages.hpp"
#include "store/work/readers.hpp"
#include "store/work/writer.hpp"

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

class RemoveMessages final : public Answering<Write, void> {
public:
    explicit RemoveMessages(std::vector<std::int64_t> keys)
        : Answering(WriteKind::outbox),
          keys_(std::move(keys)) {}
    void apply(Session& session) override;

private:
    std::vector<std::int64_t> keys_;
};

/// The queue on the store's threads.
class SqlMessages final : public MessageQueue {
public:
    SqlMessages(Writer& writer, Readers& readers) : writer_(writer), readers_(readers) {}
    Awaitable<std::vector<QueuedMessage>> oldest(std::string topic, std::size_t limit) override {
        return await_answer(std::make_unique<Query<std::vector<QueuedMessage>>>(
                                [topic = std::move(topic), limit](Session& session) {
                                    return oldest_messages(session, topic, limit);
                                }),
                            readers_);
    }
    Awaitable<void> remove(std::vector<std::int64_t> keys) override {
        return await_answer(std::make_unique<RemoveMessages>(std::move(keys)), writer_);
    }
    void on_written(std::function<void()> callback) override { on_written_ = std::move(callback); }
    void written() const {
        if (on_written_) on_written_();
    }

private:
    Writer& writer_;
    Readers& readers_;
    std::function<void()> on_written_;
};

}  // namespace ecron::store
