#include "management/plans.hpp"

#include <algorithm>

#include "ecron/base/off_loop.hpp"
#include "management/raised_flag.hpp"

namespace ecron::management {
namespace {

constexpr std::size_t kChangesAtOnce = 500;
constexpr std::size_t kMaxChanges = 20'000;  // more are slower than loading all jobs
/// The change log keeps changes for a day.
constexpr std::chrono::hours kMaxAge{1};
constexpr std::chrono::milliseconds kSlice{3};
constexpr std::size_t kLarge = kLargeWork + 1;  // bytes: carried out on the second thread

}  // namespace

Plans::Turn::Turn(Plans& plans, TenantId tenant)
    : plans_(plans),
      tenant_(std::move(tenant)),
      is_free_(plans.tenants_.size() < kMaxForecasts && plans.tenants_.insert(tenant_).second) {}

Plans::Turn::~Turn() {
    if (is_free_) plans_.tenants_.erase(tenant_);
}

boost::asio::awaitable<Result<void>> Plans::refresh() {
    if (refreshing_) {
        if (table_) co_return Result<void>{};
        co_return fail(Errc::too_many, {}, {"forecast"});
    }
    const RaisedFlag refreshing{refreshing_};
    if (!table_ || clock_.steady() - refreshed_ > kMaxAge) {
        const auto loaded = co_await load();
        if (!loaded) co_return loaded;
    }
    const auto read = co_await read_changes();
    co_return read;
}

/// Builds another table: a forecast may still use the old one.
boost::asio::awaitable<Result<void>> Plans::load() {
    const auto table = std::make_shared<PlanTable>(rules_);
    const SteadyInstant begun = clock_.steady();
    const auto loaded =
        co_await store_.changes->load_plans([table](const store::StoredPlan& plan) { table->put(plan); });
    if (!loaded) co_return std::unexpected(loaded.error());
    table_ = table;
    read_until_ = table->newest();
    refreshed_ = begun;
    co_return Result<void>{};
}

boost::asio::awaitable<Result<void>> Plans::read_changes() {
    const SteadyInstant begun = clock_.steady();
    for (std::size_t read = 0;;) {
        auto changes = co_await store_.changes->changes_after(read_until_, kChangesAtOnce);
        if (!changes) co_return std::unexpected(changes.error());
        const std::size_t count = changes->size();
        if (count > 0) {
            const auto applied = co_await apply(std::move(*changes));
            if (!applied) co_return applied;
        }
        if (count < kChangesAtOnce) break;
        read += count;
        if (read < kMaxChanges) continue;
        const auto loaded = co_await load();
        if (!loaded) co_return loaded;
        read = 0;
    }
    refreshed_ = begun;
    co_return Result<void>{};
}

boost::asio::awaitable<Result<void>> Plans::apply(std::vector<store::Change> changes) {
    const std::vector<JobKey> keys = store::changed_jobs(changes);
    if (!keys.empty()) {
        const auto jobs = co_await store_.jobs->find_jobs_by_key(store::jobs_to_read(changes));
        if (!jobs) co_return std::unexpected(jobs.error());
        const std::function<void()> update = [&] {
            for (const JobKey key : keys) table_->remove(key);
            for (const model::Job& job : *jobs) table_->put(job);
        };
        co_await carry_out_off_loop({.bytes = kLarge}, update);
    }
    read_until_ = changes.back().number;
    co_return Result<void>{};
}

boost::asio::awaitable<void> Plans::visit(std::optional<TenantId> tenant, Visit visit) {
    const std::shared_ptr<PlanTable> table = table_;
    PlanTable::Cursor cursor;
    bool goes_on = true;
    const std::function<void()> slice = [&] {
        const SteadyInstant ends = clock_.steady() + kSlice;
        goes_on = table->each(cursor, tenant, [&](const PlanTable::Group& group) {
            visit(group);
            return clock_.steady() < ends;
        });
    };
    const Workload load{tenant ? std::string_view{tenant->value()} : std::string_view{}, kLarge};
    while (goes_on) co_await carry_out_off_loop(load, slice);
}

}  // namespace ecron::management
