#pragma once
#include <algorithm>
#include <utility>
#include <vector>

#include "ecron/store/outbox.hpp"

namespace ecron::management::test {

/// Dead letters in memory, oldest first; calls that the API never makes return an error.
class FakeOutbox final : public store::Outbox {
public:
    std::vector<store::DeadLetter> dead;
    std::vector<std::int64_t> put_back;

    Awaitable<store::LeasedEntries> take(store::LeaseRequest) override {
        return unused<store::LeasedEntries>();
    }
    Awaitable<bool> settle(store::OutboxEntry, store::DeliveryResult) override { return unused<bool>(); }
    Awaitable<void> release(NodeId) override { return unused<void>(); }
    Awaitable<std::size_t> expire_older_than(Millis, std::string) override { return unused<std::size_t>(); }
    Awaitable<store::OutboxSize> size() override { return unused<store::OutboxSize>(); }
    void on_written(std::function<void()>) override {}

    Awaitable<std::vector<store::DeadLetter>> dead_letters(std::optional<TenantId> tenant, std::size_t limit,
                                                           std::optional<std::int64_t> before) override {
        std::vector<store::DeadLetter> found;
        for (auto letter = dead.rbegin(); letter != dead.rend() && found.size() < limit; ++letter) {
            if (visible(*letter, tenant) && (!before || letter->key < *before)) found.push_back(*letter);
        }
        co_return found;
    }
    Awaitable<void> redeliver(std::optional<TenantId> tenant, std::vector<std::int64_t> keys) override {
        for (const std::int64_t key : keys) {
            const bool there = std::ranges::any_of(dead, [&](const store::DeadLetter& letter) {
                return letter.key == key && visible(letter, tenant);
            });
            if (!there) co_return fail(Errc::not_found, "there is no such dead letter", {"dead_letter"});
        }
        put_back.insert(put_back.end(), keys.begin(), keys.end());
        co_return Result<void>{};
    }

private:
    template <class T> Awaitable<T> unused() { co_return fail(Errc::internal, "unexpected call of the API"); }
    static bool visible(const store::DeadLetter& letter, const std::optional<TenantId>& tenant) {
        return !tenant || letter.tenant == *tenant;
    }
};

}  // namespace ecron::management::test
