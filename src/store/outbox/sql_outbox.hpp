#pragma once
#include "store/outbox/outbox.hpp"

namespace ecron::store {

/// The outbox on the store's threads: readers look up entries, the writer leases and settles them.
class SqlOutbox final : public Outbox, public DeadLetters {
public:
    explicit SqlOutbox(Threads threads) : threads_(threads) {}

    Awaitable<LeasedEntries> take(LeaseRequest request) override {
        const NodeId node = request.node;
        const Millis lease = request.lease;
        Result<LeasedEntries> found = co_await threads_.read(find_entries, std::move(request));
        if (!found || found->taken.empty()) co_return found;
        Result<std::vector<OutboxEntry>> taken =
            co_await threads_.write({WriteKind::outbox}, lease_entries, node, lease, std::move(found->taken));
        if (!taken) co_return std::unexpected(taken.error());
        found->taken = std::move(*taken);
        co_return found;
    }
    Awaitable<bool> settle(OutboxEntry entry, DeliveryResult delivery) override {
        return threads_.write({WriteKind::outbox}, settle_entry, std::move(entry), std::move(delivery));
    }
    Awaitable<void> release(NodeId node) override {
        return threads_.write({WriteKind::outbox}, release_entries, std::move(node));
    }
    Awaitable<std::size_t> expire_older_than(Millis age, std::string reason) override {
        return threads_.write({WriteKind::outbox}, store::expire_older_than, age, std::move(reason));
    }
    Awaitable<OutboxSize> size() override { return threads_.read(outbox_size); }
    Awaitable<std::vector<DeadLetter>> dead_letters(std::optional<TenantId> tenant, std::size_t limit,
                                                    std::optional<std::int64_t> before) override {
        return threads_.read(store::dead_letters, std::move(tenant), limit, before);
    }
    Awaitable<void> redeliver(std::optional<TenantId> tenant, std::vector<std::int64_t> keys) override {
        const Result<void> done =
            co_await threads_.write({.kind = WriteKind::outbox, .repeatable = false}, store::redeliver,
                                    std::move(tenant), std::move(keys));
        if (done) written();
        co_return done;
    }
    void on_written(std::function<void()> callback) override { on_written_ = std::move(callback); }
    /// Entries were added and committed.
    void written() const {
        if (on_written_) on_written_();
    }

private:
    Threads threads_;
    std::function<void()> on_written_;
};

}  // namespace ecron::store
