#include "management/handlers/job_members.hpp"

#include "ecron/base/json_writer.hpp"
#include "ecron/base/off_loop.hpp"
#include "ecron/model/execute_id.hpp"
#include "ecron/model/occurrences.hpp"
#include "ecron/store/insights.hpp"
#include "management/execution_times.hpp"
#include "management/schedule_json.hpp"

namespace ecron::management {
namespace {

constexpr std::size_t kRunsShown = 20;
constexpr std::size_t kJobsAtOnce = 50;  // on the second thread: about a millisecond
/// What the occurrences and words of one job cost, in bytes of other work.
constexpr std::size_t kWorkOfSchedule = 4'096;

void write_runs(std::string& out, const std::vector<store::ExecutionSummary>& runs) {
    out += R"(,"last_runs":)";
    JsonWriter json{out};
    json.begin_array();
    for (const store::ExecutionSummary& run : runs) {
        json.begin_object().member("execute_id", model::chosen_id(run.execution.id));
        json.member("job_status", model::to_text(run.execution.state));
        json.member("begin_at", millis_text(begin_of(run)));
        write_millis(json, "duration_ms", duration_of(run));
        write_millis(json, "lateness_ms", lateness_of(run));
        json.end_object();
    }
    json.end_array();
}

/// The schedule of a job that is planned; nullopt if it runs on request only, or never.
struct PlannedJob {
    cron::Schedule schedule;
    model::Plan plan;
};
std::optional<PlannedJob> planned(const model::Job& job, const model::Rules& rules) {
    const auto context = model::read_context(job.context);
    if (!context || !model::unplannable(job.type, context->mode).empty()) return std::nullopt;
    const auto schedule = model::schedule_of(job.cron_time, job.type, context->plan, job.id, job.created_at,
                                             rules, cron::Strictness::takeover);
    if (!schedule) return std::nullopt;
    return PlannedJob{schedule->schedule, context->plan};
}

}  // namespace

JobMembers job_members(const Query& query, ProblemList& problems) {
    JobMembers members;
    std::string_view rest = query.first("with").value_or("");
    while (!rest.empty()) {
        const std::string_view name = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(name.size() + 1, rest.size()));
        if (name == "next")
            members.next = true;
        else if (name == "runs")
            members.runs = true;
        else if (name == "words")
            members.words = true;
        else
            problems.add("with", "must be next, runs and words, separated by commas");
    }
    return members;
}

std::size_t bytes_of(const ListedJob& listed) {
    return sizeof listed + listed.job.context.size() + listed.job.remarks.size() + listed.members.size();
}

void append_row(std::string& out, const ListedJob& listed) {
    model::append_json(out, listed.job);
    if (listed.members.empty()) return;
    out.pop_back();  // the brace
    out.append(listed.members).push_back('}');
}

void JobMemberReader::add_schedule(ListedJob& listed, Instant now) const {
    const model::Job& job = listed.job;
    const std::optional<PlannedJob> plan = planned(job, api_.options.rules);
    if (members_.words) {
        const bool is_english = language_ == model::Language::en_us;
        listed.members += R"(,"schedule_words":)";
        append_json_string(
            listed.members,
            plan ? plan->schedule.describe(is_english ? cron::Language::english : cron::Language::chinese)
                 : std::string{});
    }
    if (!members_.next) return;
    std::vector<Instant> next;
    if (plan && job.enabled) next = model::first_occurrences(plan->schedule, job.type, plan->plan, now, 1);
    listed.members += R"(,"next_run":)";
    if (next.empty())
        listed.members += "null";
    else
        append_json_string(listed.members, format_in_zone(next.front(), plan->schedule.zone()));
}

boost::asio::awaitable<Result<std::vector<ListedJob>>> JobMemberReader::add(
    std::vector<model::Job> jobs) const {
    std::vector<ListedJob> listed;
    for (model::Job& job : jobs) listed.push_back({std::move(job), {}});
    if (members_.next || members_.words) {
        const Instant now = api_.clock.now();
        for (std::size_t at = 0; at < listed.size(); at += kJobsAtOnce) {
            const std::span<ListedJob> some =
                std::span{listed}.subspan(at, std::min(kJobsAtOnce, listed.size() - at));
            std::size_t bytes = 0;
            for (const ListedJob& one : some) bytes += one.job.context.size() + kWorkOfSchedule;
            const std::function<void()> describe = [&] {
                for (ListedJob& one : some) add_schedule(one, now);
            };
            co_await carry_out_off_loop({owner_.value(), bytes}, describe);
        }
    }
    if (!members_.runs || listed.empty()) co_return listed;
    store::LastRunsQuery query{.jobs = {}, .per_job = kRunsShown};
    for (const ListedJob& one : listed) query.jobs.push_back({one.job.id, one.job.tenant});
    const auto runs = co_await api_.store.insights->last_runs(std::move(query));
    if (!runs) co_return std::unexpected(runs.error());
    for (std::size_t i = 0; i < listed.size(); ++i) write_runs(listed[i].members, runs->at(i));
    co_return listed;
}

}  // namespace ecron::management
