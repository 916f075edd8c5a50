#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/analysis/planner.hpp"
#include "ecron/analysis/timer_wheel.hpp"
#include "ecron/base/log.hpp"
#include "ecron/base/uuid.hpp"
#include "ecron/cron/schedule.hpp"
#include "ecron/model/json.hpp"
#include "ecron/store/store.hpp"
#include "store/executions/claims.hpp"
#include "store/executions/outcomes.hpp"
#include "store/jobs/job_reads.hpp"
#include "store/jobs/jobs.hpp"

/// Does one kind of work COUNT times: `ecron-instructions CASE COUNT`; without arguments it lists the cases.
/// scripts/instructions counts the instructions; the cost of one time is the difference between two counts,
/// so that the preparation does not matter. One thread, no network.
namespace {

using namespace ecron;
using namespace std::chrono_literals;

const Instant kNow = from_unix_seconds(1'800'000'000);

constexpr std::string_view kJob =
    R"({"job_name":"nightly report","job_cron_time":"*/5 * * * *","job_type":"scheduled","job_context":{"mode":"http",)"
    R"("exec":"https://api.example.com/endpoint","info":{"method":"POST","params":{"k":"v"},)"
    R"("headers":{"Content-Type":"application/json"},"body":{"key":"value"}},)"
    R"("notify":{"webhook":"https://callback.example.com/webhook"}},"enabled":true,"remarks":"every five minutes"})";

[[noreturn]] void stop(const std::string& problem) {
    std::cerr << "instructions: " << problem << "\n";
    std::exit(2);
}

/// Ids of the usual form, the same in every run.
std::string id_of(std::string_view kind, std::size_t number) {
    return keyed_uuid(std::string{kind}, std::to_string(number), Instant{});
}

model::JobInput read_input() {
    return model::read_job(kJob, model::Purpose::store, model::Rules{}, kNow).value();
}

model::Job new_job(model::Job job, std::size_t number) {
    job.id = JobId{id_of("job", number)};
    job.name = "nightly report " + std::to_string(number);
    job.created_at = job.updated_at = job.effective_from = kNow;
    return job;
}

// --- schedules and planning

void cron_next(std::size_t count) {
    cron::ParseOptions options;
    options.zone = cron::find_zone("Europe/Berlin").value();
    const cron::Schedule schedule = cron::parse("*/5 9-17 * * 1-5", options).value().schedule;
    Instant now = kNow;
    for (std::size_t i = 0; i < count; ++i) now = schedule.next_after(now).value();
}

void wheel_step(std::size_t count) {
    analysis::TimerWheel wheel{kNow};
    std::mt19937_64 random{1};
    for (std::uint32_t i = 0; i < 100'000; ++i)
        wheel.add(i, kNow + Millis{static_cast<std::int64_t>(1 + random() % 3'600'000)});
    std::vector<analysis::Due> due;
    for (std::size_t i = 1; i <= count; ++i) {
        wheel.advance(kNow + Millis{static_cast<std::int64_t>(i)}, 4'096, due);
        for (const analysis::Due& one : due)
            wheel.add(one.subject, kNow + 1h + Millis{static_cast<std::int64_t>(i)});
        due.clear();
    }
}

/// An occurrence from the claim to the end, among 10,000 jobs.
void plan_occurrence(std::size_t count) {
    analysis::Planner planner{kNow, {}};
    for (std::size_t i = 0; i < 10'000; ++i)
        planner.upsert({.key = JobKey{static_cast<std::int64_t>(i + 1)},
                        .schedule = cron::parse(std::to_string(i % 60) + " * * * * *", {})->schedule},
                       kNow);
    std::vector<analysis::Decision> decisions;
    Instant now = kNow;
    for (std::size_t planned = 0; planned < count;) {
        now = std::max(now, planner.progress().next_wake.value_or(now + 1s));
        decisions.clear();
        planner.advance(now, {100}, decisions);
        for (const analysis::Decision& decision : decisions) {
            if (const auto* claim = std::get_if<analysis::Claim>(&decision))
                planner.report(claim->run, analysis::Committed{}), ++planned;
            if (const auto* start = std::get_if<analysis::Start>(&decision))
                planner.report(start->run, analysis::Ended{});
        }
    }
}

// --- rows; the instructions of the database's library are not counted

class Database {
public:
    Database() {
        std::filesystem::create_directories(folder_);
        options_.path = folder_ / "ecron.db";
        boost::asio::io_context io;
        auto opened = store::Store::open(io, options_, clock_);
        if (!opened) stop(opened.error().what);
        (*opened)->close();
        opened->reset();
        session_ = std::make_unique<store::Session>(options_, store::SessionUse::write, clock_);
        transact([this] {
            session_->run("update t_cron_shard set f_epoch = 1, f_watermark = " +
                          std::to_string(to_unix_millis(kNow)));
        });
    }
    ~Database() {
        session_.reset();
        std::filesystem::remove_all(folder_);
    }
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    [[nodiscard]] store::Session& session() { return *session_; }
    /// Runs the work in a transaction.
    void transact(const std::function<void()>& work) {
        session_->begin();
        work();
        session_->commit();
    }

private:
    std::filesystem::path folder_ =
        std::filesystem::temp_directory_path() / ("ecron-instructions-" + std::to_string(getpid()));
    SystemClock clock_;
    store::Options options_{.path = {}};
    std::unique_ptr<store::Session> session_;
};

constexpr std::size_t kBatch = 100;

template <class W> std::vector<store::Write*> pointers(std::vector<std::unique_ptr<W>>& writes) {
    std::vector<store::Write*> all;
    for (const auto& write : writes) all.push_back(write.get());
    return all;
}

model::Execution execution_of(const model::Job& job, std::size_t number) {
    return {.id = ExecuteId{id_of("execution", number)},
            .job_id = job.id,
            .job_key = JobKey{1},
            .job_type = job.type,
            .job_name = job.name,
            .state = model::ExecutionState::pending,
            .begin_at = kNow,
            .trigger = model::Trigger::schedule,
            .scheduled_at = kNow,
            .due = kNow,
            .attempt = 1,
            .node = NodeId{"node-1"},
            .epoch = Epoch{1}};
}

/// A batch of claims per hundred executions.
void claim(Database& database, std::size_t first, std::size_t count) {
    const model::Job job = new_job(read_input().job, 0);
    for (std::size_t at = first; at < first + count; at += kBatch) {
        store::Claim batch{.shard = Shard{0}, .epoch = Epoch{1}, .watermark = kNow};
        for (std::size_t i = at; i < at + kBatch; ++i) batch.executions.push_back(execution_of(job, i));
        store::ClaimWrite write{std::move(batch)};
        store::Write* const writes[] = {&write};
        database.transact(
            [&] { store::apply_claims(database.session(), writes, store::CommitAttempt::first); });
        if (!write.result || !write.result->mine[0]) stop("a claim was refused");
    }
}

void claim_executions(std::size_t count) {
    Database database;
    claim(database, 0, count);
}

void end_executions(std::size_t count) {
    Database database;
    claim(database, 0, 10'000);
    const model::Job job = new_job(read_input().job, 0);
    store::LastStates last_states{1s};
    for (std::size_t at = 0; at < count; at += kBatch) {
        std::vector<std::unique_ptr<store::OutcomeWrite>> writes;
        for (std::size_t i = at; i < at + kBatch; ++i) {
            store::Outcome outcome{.id = ExecuteId{id_of("execution", i)}, .attempt = 1};
            outcome.after = execution_of(job, i);
            outcome.after.state = model::ExecutionState::success;
            outcome.after.begin_at = outcome.after.end_at = kNow;
            model::add_executor(outcome.after, {"node-1", kNow});
            outcome.record =
                model::Attempt{.execute_id = outcome.id, .number = 1, .begin_at = kNow, .end_at = kNow};
            writes.push_back(
                std::make_unique<store::OutcomeWrite>(store::OutcomeWrite::Step::finish, std::move(outcome)));
        }
        database.transact([&] {
            last_states.begin();
            store::apply_outcomes(database.session(), pointers(writes), store::CommitAttempt::first,
                                  {.last_states = last_states, .has_slots = false});
        });
        if (!writes[0]->result || !*writes[0]->result) stop("an outcome was refused");
    }
}

/// From the body of POST /job to the row; sixteen clients share a transaction.
void create_jobs(Database& database, std::size_t count) {
    constexpr std::size_t kClients = 16;
    for (std::size_t at = 0; at < count; at += kClients) {
        std::vector<std::unique_ptr<store::CreateJob>> writes;
        for (std::size_t i = at; i < at + kClients; ++i) {
            model::JobInput input = read_input();
            std::string plan = model::write_plan(input.context.plan);
            writes.push_back(std::make_unique<store::CreateJob>(new_job(std::move(input.job), i),
                                                                std::move(plan), std::nullopt));
        }
        database.transact([&] {
            store::apply_job_writes(database.session(), pointers(writes), store::CommitAttempt::first);
        });
        if (!writes[0]->result || writes[0]->result->id.value().empty()) stop("a job was refused");
    }
}

void post_job(std::size_t count) {
    Database database;
    create_jobs(database, count);
}

/// From the row to the body of the answer.
void get_job(std::size_t count) {
    Database database;
    create_jobs(database, 1'600);
    std::string body;
    for (std::size_t i = 0; i < count; ++i) {
        store::FindJobs find{{JobId{id_of("job", i % 1'600)}}, {}};
        store::Read* const reads[] = {&find};
        store::find_jobs_together(database.session(), reads);
        if (!find.result || find.result->empty()) stop("a job was not found");
        body.clear();
        model::append_json(body, find.result->front());
    }
}

const std::map<std::string_view, void (*)(std::size_t)>& cases() {
    static const std::map<std::string_view, void (*)(std::size_t)> all{{"cron-next", cron_next},
                                                                       {"wheel-step", wheel_step},
                                                                       {"plan-occurrence", plan_occurrence},
                                                                       {"claim-execution", claim_executions},
                                                                       {"end-execution", end_executions},
                                                                       {"post-job", post_job},
                                                                       {"get-job", get_job}};
    return all;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        for (const auto& [name, work] : cases()) std::cout << name << "\n";
        return argc == 1 ? 0 : 2;
    }
    const auto found = cases().find(argv[1]);
    if (found == cases().end()) stop("which case?");
    if (!log::configure({.level = log::Level::error, .file = "/dev/null"})) stop("no log");
    found->second(std::strtoull(argv[2], nullptr, 10));
    return 0;
}
