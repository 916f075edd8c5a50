#include <algorithm>
#include <array>

#include "ecron/execution/executors.hpp"

namespace ecron::execution {
namespace {

constexpr std::array kExecutors{
    &kHttpExecutor,
    &kCommandExecutor,
    &kKubernetesExecutor,
};

}  // namespace

const ExecutorKind* kind_of(const model::Context& context) {
    const auto* const found =
        std::ranges::find_if(kExecutors, [&](const ExecutorKind* kind) { return kind->handles(context); });
    return found == kExecutors.end() ? nullptr : *found;
}

bool outlives_node(const model::Context& context) {
    const ExecutorKind* const kind = kind_of(context);
    return kind != nullptr && kind->outlives_node;
}

bool stops_with_lease(const model::Context& context) {
    const ExecutorKind* const kind = kind_of(context);
    return kind != nullptr && kind->stops_with_lease;
}

std::vector<std::string> executor_problems(const ExecutorOptions& options,
                                           const std::map<std::string, std::string>& environment) {
    std::vector<std::string> problems;
    for (const ExecutorKind* const kind : kExecutors) {
        if (kind->check == nullptr) continue;
        if (const Result<void> usable = kind->check(options, environment); !usable)
            problems.push_back(usable.error().what);
    }
    return problems;
}

Result<Executors> Executors::make(const ExecutorContext& context, const ExecutorOptions& options) {
    std::vector<Executor> executors;
    for (const ExecutorKind* const kind : kExecutors) {
        Result<std::unique_ptr<Runner>> runner = kind->make(context, options);
        if (!runner) return std::unexpected(runner.error());
        executors.push_back({kind, kind->limits(options), std::move(*runner)});
    }
    return Executors{std::move(executors)};
}

std::vector<Lane> Executors::lanes(Tenants tenants, std::size_t per_tenant) const {
    std::vector<Lane> lanes;
    for (const Executor& executor : executors_)
        lanes.push_back({.kind = executor.kind,
                         .runner = executor.runner.get(),
                         .limit = executor.limits.total,
                         .per_host = executor.limits.per_host,
                         .tenants = tenants,
                         .per_tenant = per_tenant});
    return lanes;
}

std::optional<LiveOutput> Executors::output_since(const ExecuteId& id, std::uint64_t begin) const {
    for (const Executor& executor : executors_)
        if (std::optional<LiveOutput> live = executor.runner->output_since(id, begin)) return live;
    return std::nullopt;
}

}  // namespace ecron::execution
