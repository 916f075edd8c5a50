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

std::size_t kubernetes_size(const model::Context& context) {
    return context.kubernetes ? context.kubernetes->size() : 0;
}

auth::Permission permission_for(const model::Context& context) {
    if (model::is_own_cluster_job(context)) return auth::Permission::kubernetes;
    return model::is_kubernetes_job(context) ? auth::Permission::kubernetes_proxy : auth::Permission::command;
}

}  // namespace

std::optional<auth::Permission> permission_of(Access access) {
    switch (access) {
        case Access::write:
            return auth::Permission::write;
        case Access::execute:
            return auth::Permission::execute;
        case Access::report:
            return auth::Permission::report;
        case Access::admin:
            return auth::Permission::admin;
        case Access::anonymous:
        case Access::authenticated:
            return std::nullopt;
        case Access::scrape:
        case Access::read:
            return auth::Permission::read;
    }
    return auth::Permission::admin;
}

http::Response forbidden_response(ApiContext& api, const auth::Identity& identity,
                                  auth::Permission permission, model::Language language) {
    const std::string scope{api.options.scopes.needed_for(permission)};
    api.denials.log(identity, scope);
    return error_response(language, Error{Errc::denied, {}, {scope}});
}

http::Response forbidden_response(const ApiRequest& request, auth::Permission permission) {
    return forbidden_response(request.api, request.caller.identity, permission, request.language());
}

boost::asio::awaitable<std::optional<http::Response>> check_mode(const ApiRequest& request,
                                                                 const model::Context& context) {
    if (context.mode != model::Mode::exe) co_return std::nullopt;
    const auth::Permission permission =
        co_await off_loop(request.work_on(kubernetes_size(context)), [&] { return permission_for(context); });
    if (request.caller.identity.may.has(permission)) co_return std::nullopt;
    co_return forbidden_response(request, permission);
}

bool may_use_every_mode(const ApiRequest& request) {
    const auth::Permissions& may = request.caller.identity.may;
    return may.has(auth::Permission::command) && may.has(auth::Permission::kubernetes);
}

boost::asio::awaitable<std::optional<http::Response>> check_modes(const ApiRequest& request,
                                                                  std::span<const model::Job> jobs) {
    if (may_use_every_mode(request)) co_return std::nullopt;
    std::size_t bytes = 0;
    for (const model::Job& job : jobs) bytes += job.context.size();
    const auth::Permissions& may = request.caller.identity.may;
    const auto missing =
        co_await off_loop(request.work_on(bytes), [&jobs, &may]() -> std::optional<auth::Permission> {
            for (const model::Job& job : jobs) {
                const auto context = model::read_context(job.context);
                if (!context || context->mode != model::Mode::exe) continue;
                const auth::Permission permission = permission_for(*context);
                if (!may.has(permission)) return permission;
            }
            return std::nullopt;
        });
    if (!missing) co_return std::nullopt;
    co_return forbidden_response(request, *missing);
}

namespace {

std::optional<http::Response> check_environment(const ApiRequest& request, const model::Context& context) {
    const auto& allowed = request.api.options.command_environment;
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
    return request.error(problems);
}

boost::asio::awaitable<std::optional<http::Response>> check_pod(const ApiRequest& request,
                                                                const TenantId& tenant,
                                                                const model::Context& context) {
    const auto& rules = request.api.options.cluster_rules;
    if (!rules) co_return std::nullopt;
    const std::size_t bytes = kubernetes_size(context) + (context.body ? context.body->size() : 0);
    const model::Problems problems = co_await off_loop(
        request.work_on(bytes), [&] { return model::cluster_problems(*rules, tenant, context); });
    if (problems.empty()) co_return std::nullopt;
    co_return request.error(problems);
}

}  // namespace

boost::asio::awaitable<std::optional<http::Response>> check_definition(const ApiRequest& request,
                                                                       const model::JobInput& input) {
    auto refused = co_await check_mode(request, input.context);
    if (!refused) refused = check_environment(request, input.context);
    if (!refused) refused = co_await check_pod(request, input.job.tenant, input.context);
    co_return refused;
}

std::optional<http::Response> check_interval(const ApiRequest& request, const model::JobInput& input) {
    const Millis shortest = request.api.options.limits.interval;
    if (shortest <= Millis{0} || !input.schedule) return std::nullopt;
    const std::vector<Instant> runs = model::first_occurrences(
        *input.schedule, input.job.type, input.context.plan, request.api.clock.now(), kRunsCompared);
    for (std::size_t i = 1; i < runs.size(); ++i) {
        if (runs[i] - runs[i - 1] >= shortest) continue;
        return request.error(model::Problems{
            {std::string{model::cause::kCronTime}, "job_cron_time",
             fmt::format("runs {} apart, and {} is the least that is allowed",
                         format_duration(runs[i] - runs[i - 1]), format_duration(shortest))}});
    }
    return std::nullopt;
}

}  // namespace ecron::management
