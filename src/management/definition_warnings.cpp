#include "management/definition_warnings.hpp"

#include <algorithm>

#include "ecron/base/off_loop.hpp"
#include "ecron/model/cluster_rules.hpp"
#include "ecron/model/kubernetes.hpp"

namespace ecron::management {
namespace {

constexpr std::string_view kNoCommands =
    "commands are disabled on this node (command_enabled): attempts of this job fail here";
constexpr std::string_view kNoShell =
    "info.shell is not permitted on this node (command_shell): attempts of this job fail here";
constexpr std::string_view kNoKubernetes =
    "Kubernetes Jobs without addr are disabled on this node (kubernetes_enabled): attempts of this job fail "
    "here";

constexpr std::string_view kShellUnused =
    "info.shell has no effect: it applies to commands (mode exe without info.kubernetes)";

/// Returns an empty text if this node carries out the job.
std::string_view refusal_of(const Options& options, const model::Context& context) {
    if (context.mode != model::Mode::exe) return {};
    if (!model::is_kubernetes_job(context)) {
        if (!options.commands_enabled) return kNoCommands;
        return context.shell && !options.shells_enabled ? kNoShell : std::string_view{};
    }
    const bool is_refused = !options.cluster_rules && model::is_own_cluster_job(context);
    return is_refused ? kNoKubernetes : std::string_view{};
}

bool carries_out_every_mode(const Options& options) {
    return options.commands_enabled && options.shells_enabled && options.cluster_rules;
}

}  // namespace

boost::asio::awaitable<void> warn_of_mode(const ApiRequest& request, model::JobInput& input) {
    const bool is_exe = input.context.mode == model::Mode::exe;
    if (input.context.shell && (!is_exe || model::is_kubernetes_job(input.context)))
        input.warnings.emplace_back(kShellUnused);
    if (!is_exe) co_return;
    const Options& options = request.api.options;
    const std::size_t bytes = input.context.kubernetes ? input.context.kubernetes->size() : 0;
    const std::string_view refusal =
        co_await off_loop(request.work_on(bytes), [&] { return refusal_of(options, input.context); });
    if (!refusal.empty()) input.warnings.emplace_back(refusal);
}

boost::asio::awaitable<std::vector<std::string>> mode_warnings(const ApiRequest& request,
                                                               std::span<const model::Job> jobs) {
    const Options& options = request.api.options;
    if (carries_out_every_mode(options)) co_return std::vector<std::string>{};
    std::size_t bytes = 0;
    for (const model::Job& job : jobs) bytes += job.context.size();
    co_return co_await off_loop(request.work_on(bytes), [&options, jobs] {
        std::vector<std::string> warnings;
        for (const model::Job& job : jobs) {
            const auto context = model::read_context(job.context);
            const std::string_view refusal = context ? refusal_of(options, *context) : std::string_view{};
            const bool is_known = std::ranges::find(warnings, refusal) != warnings.end();
            if (!refusal.empty() && !is_known) warnings.emplace_back(refusal);
        }
        return warnings;
    });
}

void warn_of_disabled(model::JobInput& input) {
    if (!input.job.enabled)
        input.warnings.emplace_back(
            "the job is disabled, because enabled is false or absent: it does not run until it is enabled");
}

}  // namespace ecron::management
