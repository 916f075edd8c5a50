#pragma once
#include <algorithm>
#include <utility>
#include <vector>

#include "ecron/store/outbox.hpp"

namespace ecron::management::test {

/// Dead letters in memory, oldest first.
class FakeDeadLetters final : public store::DeadLetters {
public:
    std::vector<store::DeadLetter> dead;
    std::vector<std::int64_t> put_back;

    store::Awaitable<std::vector<store::DeadLetter>> dead_letters(
        std::optional<TenantId> tenant, std::size_t limit, std::optional<std::int64_t> before) override {
        std::vector<store::DeadLetter> found;
        for (auto letter = dead.rbegin(); letter != dead.rend() && found.size() < limit; ++letter) {
            if (visible(*letter, tenant) && (!before || letter->key < *before)) found.push_back(*letter);
        }
        co_return found;
    }
    store::Awaitable<void> redeliver(std::optional<TenantId> tenant,
                                     std::vector<std::int64_t> keys) override {
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
    static bool visible(const store::DeadLetter& letter, const std::optional<TenantId>& tenant) {
        return !tenant || letter.tenant == *tenant;
    }
};

}  // namespace ecron::management::test
