#include "app/takeover.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>

#include "app/settings.hpp"
#include "ecron/base/log.hpp"
#include "ecron/http/origin.hpp"
#include "ecron/model/json.hpp"
#include "ecron/model/kubernetes.hpp"
#include "ecron/store/upkeep.hpp"

namespace ecron::app {
namespace {

/// Only addresses and localhost are checked: names are not resolved.
bool refuses(const execution::Egress& egress, const std::string& url) {
    const std::optional<http::Origin> origin = http::Origin::of(url);
    if (!origin) return false;
    std::string host = origin->host;
    if (host == "localhost" || host.ends_with(".localhost")) host = "127.0.0.1";
    if (host.starts_with('[')) host = host.substr(1, host.find(']') - 1);
    const std::optional<IpAddress> address = IpAddress::parse(host);
    return address && !egress.allows(*address);
}

}  // namespace

TakeoverReport::TakeoverReport(const config::Config& config)
    : commands_enabled_(config.executors.command.enabled),
      has_ca_file_(!config.targets.ca_file.empty()),
      egress_(config.egress) {}

void TakeoverReport::add(const store::StoredPlan& job) {
    if (job.has_plan) return;  // ecron has already written this job
    const auto read = model::read_context(job.context);
    const model::Context context = read ? *read : model::Context{};
    if (job.type == model::JobType::unknown || context.mode == model::Mode::unknown)
        return note(unknown, job.id);
    if (context.mode == model::Mode::exe) {
        if (!model::is_kubernetes_job(context) && !commands_enabled_) note(commands, job.id);
    } else {
        if (refuses(egress_, context.exec)) note(refused_address, job.id);
        if (context.exec.starts_with("https:") && !has_ca_file_) note(unverified, job.id);
    }
    if (!context.webhook.empty()) note(webhooks, job.id);
}

void TakeoverReport::note(Kind kind, std::string_view id) {
    Jobs& jobs = jobs_[kind];
    if (jobs.count++ == 0) jobs.example = id;
}

std::vector<std::string> TakeoverReport::lines() const {
    constexpr std::array<std::string_view, kKinds> kTexts{
        "have an unknown type or mode and do not run",
        "run a command, but command_enabled is false: their executions fail",
        "call an address that executions may not connect to, such as loopback: their executions fail unless "
        "egress_allow includes it",
        "call an https target, whose certificate the old service did not verify: executions fail unless it "
        "is signed by a CA of ca_file or of the system",
        "have a webhook, which ecron calls at the end of each execution",
    };
    std::vector<std::string> lines;
    for (std::size_t kind = 0; kind < kTexts.size(); ++kind)
        if (const Jobs& jobs = jobs_[kind]; jobs.count > 0)
            lines.push_back(fmt::format("{} enabled job{} of the old service {} (for example {})", jobs.count,
                                        jobs.count == 1 ? "" : "s", kTexts[kind], jobs.example));
    return lines;
}

/// Warning about the retention of the old service's executions, which it kept indefinitely; empty if none is
/// deleted.
Result<std::string> history_line(const config::Config& config) {
    const Millis kept = config.history.keep;
    if (kept == Millis{0}) return std::string{};
    const SystemClock clock;
    const Instant before = clock.now() - kept;
    const Result<bool> found = store::has_old_history(config.store, clock, before);
    if (!found) return std::unexpected(found.error());
    if (!*found) return std::string{};
    return fmt::format(
        "executions of the old service that ended before {} are deleted: history_days is {} "
        "(0: unlimited)",
        format_rfc3339(std::chrono::floor<Seconds>(before)),
        std::chrono::floor<std::chrono::days>(kept).count());
}

Result<std::vector<std::string>> takeover_lines(const config::Config& config) {
    if (config.store.driver != store::Driver::mysql) return std::vector<std::string>{};
    TakeoverReport report{config};
    const Result<void> read = store::each_old_job(config.store, SystemClock{},
                                                  [&](const store::StoredPlan& job) { report.add(job); });
    if (!read) return std::unexpected(read.error());
    std::vector<std::string> lines = report.lines();
    const auto history = history_line(config);
    if (!history) return std::unexpected(history.error());
    if (!history->empty()) lines.push_back(*history);
    return lines;
}

void log_takeover(const config::Config& config) {
    const Result<std::vector<std::string>> lines = takeover_lines(config);
    if (!lines) return log::debug("failed to read jobs of the old service: error={}", lines.error().what);
    for (const std::string& line : *lines) log::warn("taken over: {}", line);
}

}  // namespace ecron::app
