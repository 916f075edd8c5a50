#include "ecron/model/cluster_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "ecron/model/json_text.hpp"
#include "ecron/model/kubernetes.hpp"
#include "ecron/model/messages.hpp"

namespace ecron::model {
namespace {

namespace json = boost::json;

constexpr std::string_view kDefaultAccount = "default";
constexpr std::size_t kProblems = 50;

/// Returns the pattern with the tenant inserted; empty if the tenant's name is not valid in a namespace name.
std::string expanded(std::string_view pattern, std::string_view tenant) {
    const std::size_t at = pattern.find(kTenantPlaceholder);
    if (at == pattern.npos) return std::string{pattern};
    std::string name =
        fmt::format("{}{}{}", pattern.substr(0, at), tenant, pattern.substr(at + kTenantPlaceholder.size()));
    if (!is_dns_label(name)) name.clear();
    return name;
}

std::string account_fault(const ClusterRules& rules, std::string_view name_space, std::string_view account) {
    if (account == rules.own_account && name_space == rules.own_namespace)
        return "is ecron's own service account";
    const auto& allowed = rules.service_accounts;
    if (account == kDefaultAccount || std::ranges::find(allowed, account) != allowed.end() ||
        std::ranges::find(allowed, "*") != allowed.end())
        return {};
    return "is not among the service accounts that Jobs may have (kubernetes_service_accounts)";
}

const json::object* object_of(const json::object* parent, std::string_view name) {
    const json::value* const value = parent == nullptr ? nullptr : parent->if_contains(name);
    return value == nullptr ? nullptr : value->if_object();
}

std::string text_of(const json::object* parent, std::string_view name) {
    const json::value* const value = parent == nullptr ? nullptr : parent->if_contains(name);
    return value != nullptr && value->is_string() ? std::string{value->get_string()} : std::string{};
}

/// The two members that name a pod's account; the second is deprecated and used only if the first is empty.
void check_accounts(const ClusterRules& rules, std::string_view name_space, const json::object* pod,
                    std::vector<PodFault>& faults) {
    bool is_named = false;
    for (const char* const member : {"serviceAccountName", "serviceAccount"}) {
        const std::string account = text_of(pod, member);
        if (account.empty()) continue;
        is_named = true;
        if (std::string fault = account_fault(rules, name_space, account); !fault.empty())
            faults.push_back({fmt::format("spec.{}", member), std::move(fault)});
    }
    if (is_named) return;
    if (const std::string fault = account_fault(rules, name_space, kDefaultAccount); !fault.empty())
        faults.push_back(
            {"spec.serviceAccountName", "must name another account: the namespace's default is ecron's own"});
}

Problem problem(std::string field, std::string explanation) {
    return {std::string{cause::kInvalidParameter}, std::move(field), std::move(explanation)};
}

/// In a pod that ecron builds from image and command, the job chooses the account only.
void check_members(const ClusterRules& rules, std::string_view name_space, const KubernetesJob& job,
                   Problems& problems) {
    const std::string account =
        job.service_account.empty() ? std::string{kDefaultAccount} : job.service_account;
    if (const std::string fault = account_fault(rules, name_space, account); !fault.empty())
        problems.push_back(problem("job_context.info.kubernetes.service_account",
                                   job.service_account.empty()
                                       ? "must name an account: the namespace's default is ecron's own"
                                       : fault));
}

}  // namespace

bool is_own_cluster_job(const Context& context) {
    if (!is_kubernetes_job(context)) return false;
    const Result<KubernetesJob> job = read_kubernetes(*context.kubernetes);
    return !job || job->addr.empty();
}

Result<std::string> namespace_of(const ClusterRules& rules, const TenantId& tenant, std::string_view named) {
    const std::string own = expanded(rules.name_space, tenant.value());
    if (own.empty())
        return fail(Errc::denied, fmt::format("the tenant's name does not fit into a namespace's: {} "
                                              "(kubernetes_namespace)",
                                              rules.name_space));
    const auto is_listed = [&](std::string_view name) {
        return std::ranges::find(rules.name_spaces, name) != rules.name_spaces.end();
    };
    std::string chosen = named.empty() ? own : std::string{named};
    if (chosen != own && !is_listed(chosen))
        return fail(Errc::denied, fmt::format("Jobs may not run in the namespace {} (kubernetes_namespace, "
                                              "kubernetes_namespaces)",
                                              chosen));
    if (chosen == rules.own_namespace && chosen != rules.name_space && !is_listed(chosen))
        return fail(Errc::denied, fmt::format("Jobs may not run in ecron's own namespace {}", chosen));
    return chosen;
}

std::vector<PodFault> template_faults(const ClusterRules& rules, std::string_view name_space,
                                      const json::object& pod_template) {
    std::vector<PodFault> faults = pod_faults(pod_template, rules.policy);
    check_accounts(rules, name_space, object_of(&pod_template, "spec"), faults);
    return faults;
}

Problems cluster_problems(const ClusterRules& rules, const TenantId& tenant, const Context& context) {
    if (!is_own_cluster_job(context)) return {};
    const Result<KubernetesJob> job = read_kubernetes(*context.kubernetes);
    if (!job) return {};  // reported when the job is parsed
    const bool has_manifest = context.body && *context.body != "{}";
    const Result<json::value> body = has_manifest ? parse_json(*context.body) : json::value{};
    const json::object* const manifest = body ? body->if_object() : nullptr;

    Problems problems;
    const std::string own = text_of(object_of(manifest, "metadata"), "namespace");
    const bool is_member = !job->name_space.empty() || own.empty();
    const Result<std::string> name_space = namespace_of(rules, tenant, is_member ? job->name_space : own);
    if (!name_space) {
        problems.push_back(problem(
            is_member ? "job_context.info.kubernetes.namespace" : "job_context.info.body.metadata.namespace",
            name_space.error().what));
        return problems;
    }
    if (manifest == nullptr) {
        check_members(rules, *name_space, *job, problems);
        return problems;
    }
    const json::object* const pods = object_of(object_of(manifest, "spec"), "template");
    if (pods == nullptr) return problems;
    for (PodFault& fault : template_faults(rules, *name_space, *pods))
        if (problems.size() < kProblems)
            problems.push_back(
                problem("job_context.info.body.spec.template." + fault.field, std::move(fault.reason)));
    return problems;
}

}  // namespace ecron::model
