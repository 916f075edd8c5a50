#pragma once
#include "store/outbox/outbox.hpp"

namespace ecron::store {

/// The outbox on the store's threads: readers look up entries, the writer leases and settles them.
class SqlOutbox final : public Outbox {
public:
    SqlOutbox(Writer& writer, Readers& readers) : writer_(writer), readers_(readers) {}

    Awaitable<LeasedEntries> take(LeaseRequest request) override {
        const NodeId node = request.node;
        const Millis lease = request.lease;
        auto look = std::make_unique<Query<LeasedEntries>>(
            [request = std::move(request)](Session& session) { return find_entries(session, request); });
        Result<LeasedEntries> found = co_await await_answer(std::move(look), readers_);
        if (!found || found->taken.empty()) co_return found;
        auto take = std::make_unique<LeaseEntries>(node, lease, std::move(found->taken));
        Result<std::vector<OutboxEntry>> taken = co_await await_answer(std::move(take), writer_);
        if (!taken) co_return std::unexpected(taken.error());
        found->taken = std::move(*taken);
        co_return found;
    }
    Awaitable<bool> settle(OutboxEntry entry, DeliveryResult delivery) override {
        return await_answer(std::make_unique<SettleEntry>(std::move(entry), std::move(delivery)), writer_);
    }
    Awaitable<void> release(NodeId node) override {
        return await_answer(std::make_unique<ReleaseEntries>(std::move(node)), writer_);
    }
    Awaitable<std::size_t> expire_older_than(Millis age, std::string reason) override {
        return await_answer(std::make_unique<ExpireOlder>(age, std::move(reason)), writer_);
    }
    Awaitable<OutboxSize> size() override {
        return await_answer(std::make_unique<Query<OutboxSize>>(outbox_size), readers_);
    }
    Awaitable<std::vector<DeadLetter>> dead_letters(std::optional<TenantId> tenant, std::size_t limit,
                                                    std::optional<std::int64_t> before) override {
        return await_answer(std::make_unique<Query<std::vector<DeadLetter>>>(
                                [tenant = std::move(tenant), limit, before](Session& session) {
                                    return store::dead_letters(session, tenant, limit, before);
                                }),
                            readers_);
    }
    Awaitable<void> redeliver(std::optional<TenantId> tenant, std::vector<std::int64_t> keys) override {
        auto write = std::make_unique<Redeliver>(std::move(tenant), std::move(keys));
        Result<void> done = co_await await_answer(std::move(write), writer_);
        if (done) written();
        co_return done;
    }
    void on_written(std::function<void()> callback) override { on_written_ = std::move(callback); }
    /// Entries were added and committed.
    void written() const {
        if (on_written_) on_written_();
    }

private:
    Writer& writer_;
    Readers& readers_;
    std::function<void()> on_written_;
};

}  // namespace ecron::store
