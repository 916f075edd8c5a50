#include "management/authorization/permissions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "ecron/base/off_loop.hpp"
#include "ecron/model/cluster_rules.hpp"
#include "ecron/model/json.hpp"
#include "ecron/model/kubernetes.hpp"
#include "management/http/responses.hpp"
#include "management/schedule_json.hpp"

namespace ecron::management {
namespace {

constexpr std::size_t kRunsCompared = 256;

auth::Permission permission_for(const model::Context& context) {
    if (model::is_own_cluster_job(context)) return auth::Permission::kubernetes;
    return model::is_kubernetes_job(context) ? auth::Permission::kubernetes_proxy : auth::Permission::command;
}

}  // namespace

auth::Permission permission_of(Needs needs) {
    switch (needs) {
        case Needs::write:
            return auth::Permission::write;
        case Needs::execute:
            return auth::Permission::execute;
        case Needs::report:
            return auth::Permission::report;
        case Needs::admin:
            return auth::Permission::admin;
        case Needs::nothing:
        case Needs::scrape:
        case Needs::read:
            return auth::Permission::read;
    }
    return auth::Permission::admin;
}

http::Response forbid(Context& api, const auth::Identity& identity, auth::Permission permission) {
    const std::string scope{api.options.scopes.needed_for(permission)};
    api.denials.log(identity, scope);
    return refuse(api.options.language, Error{Errc::denied, {}, {scope}});
}

std::optional<http::Response> forbids_mode(const Call& call, const model::Context& context) {
    if (context.mode != model::Mode::exe) return std::nullopt;
    const auth::Permission permission = permission_for(context);
    if (call.caller.identity.may.has(permission)) return std::nullopt;
    return forbid(call.api, call.caller.identity, permission);
}

bool may_every_mode(const Call& call) {
    const auth::Permissions& may = call.caller.identity.may;
    return may.has(auth::Permission::command) && may.has(auth::Permission::kubernetes);
}

boost::asio::awaitable<std::optional<http::Response>> forbids_mode(const Call& call, const model::Job& job) {
    if (may_every_mode(call)) co_return std::nullopt;
    const auto context =
        co_await off_loop(job.context.size(), [&job] { return model::read_context(job.context); });
    co_return context ? forbids_mode(call, *context) : std::nullopt;
}

std::optional<http::Response> forbids_environment(const Call& call, const model::Context& context) {
    const auto& allowed = call.api.options.command_environment;
    const bool is_command = context.mode == model::Mode::exe && !model::is_kubernetes_job(context);
    if (!allowed || !is_command || !context.environment) return std::nullopt;
    model::Problems problems;
    for (const auto& [name, value] : *context.environment)
        if (std::ranges::find(*allowed, name) == allowed->end())
            problems.push_back({std::string{model::cause::kInvalidParameter}, "job_context.info.environment",
                                fmt::format("{:?} is not among the variables that commands may be given "
                                            "(command_environment)",
                                            name)});
    if (problems.empty()) return std::nullopt;
    return refuse(call.api.options.language, problems);
}

std::optional<http::Response> forbids_pod(const Call& call, const TenantId& tenant,
                                          const model::Context& context) {
    const auto& rules = call.api.options.cluster_rules;
    if (!rules) return std::nullopt;
    const model::Problems problems = model::cluster_problems(*rules, tenant, context);
    if (problems.empty()) return std::nullopt;
    return refuse(call.api.options.language, problems);
}

std::optional<http::Response> forbids_interval(const Call& call, const model::Job& job,
                                               const model::Plan& plan) {
    const Millis shortest = call.api.options.limits.interval;
    if (shortest <= Millis{0}) return std::nullopt;
    const auto schedule = model::schedule_of(job.cron_time, job.type, plan, job.id, job.created_at,
                                             call.api.options.rules, cron::Strictness::takeover);
    if (!schedule) return std::nullopt;
    const std::vector<Instant> runs =
        model::first_occurrences(schedule->schedule, job.type, plan, call.api.clock.now(), kRunsCompared);
    for (std::size_t i = 1; i < runs.size(); ++i) {
        if (runs[i] - runs[i - 1] >= shortest) continue;
        return refuse(call.api.options.language,
                      model::Problems{
                          {std::string{model::cause::kCronTime}, "job_cron_time",
                           fmt::format("runs {} apart, and {} is the least that is allowed",
                                       format_duration(runs[i] - runs[i - 1]), format_duration(shortest))}});
    }
    return std::nullopt;
}

}  // namespace ecron::management
