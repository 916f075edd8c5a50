#pragma once
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <set>

#include "ecron/store/store.hpp"
#include "management/plan_table.hpp"

namespace ecron::management {

/// The plans of all jobs for forecasts: read from the store for the first one, and brought up to date by the
/// change log for each further one. Threads: the io_context's; the table is used on its second thread only,
/// in short slices, so that other large work waits for one slice and not for a forecast.
class Plans {
public:
    Plans(const Clock& clock, store::Store& store, const model::Rules& rules)
        : clock_(clock),
          store_(store),
          rules_(rules) {}

    /// A tenant has one forecast at a time, and a node kMaxForecasts.
    class Turn {
    public:
        Turn(Plans& plans, TenantId tenant);
        ~Turn();
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;
        [[nodiscard]] bool is_free() const { return is_free_; }

    private:
        Plans& plans_;
        TenantId tenant_;
        bool is_free_;
    };
    static constexpr std::size_t kMaxForecasts = 8;

    /// Contains every change that was stored before the call, unless another request is reading changes.
    /// Error too_many: another request loads the plans.
    boost::asio::awaitable<Result<void>> refresh();

    /// Passes all groups of a tenant, or of all tenants, to `collector.add(group)`. After a refresh.
    template <class Collector>
    boost::asio::awaitable<void> each(std::optional<TenantId> tenant, std::shared_ptr<Collector> collector) {
        return visit(std::move(tenant),
                     [collector](const PlanTable::Group& group) { collector->add(group); });
    }

private:
    using Visit = std::function<void(const PlanTable::Group&)>;
    boost::asio::awaitable<void> visit(std::optional<TenantId> tenant, Visit visit);
    boost::asio::awaitable<Result<void>> load();
    boost::asio::awaitable<Result<void>> read_changes();
    boost::asio::awaitable<Result<void>> apply(std::vector<store::Change> changes);

    const Clock& clock_;
    store::Store& store_;
    const model::Rules& rules_;
    std::shared_ptr<PlanTable> table_{};
    ChangeNumber read_until_{};
    SteadyInstant refreshed_{};
    bool refreshing_{false};
    std::set<TenantId> tenants_{};  // with a forecast under way
};

}  // namespace ecron::management
