#include "e2e/accounts.hpp"

#include <map>
#include <set>

#include "ecron/base/time.hpp"

namespace ecron::e2e {
namespace {

struct Job {
    std::string name;
    std::int64_t made{};               // ms: start of its current schedule
    std::map<std::int64_t, int> told;  // second -> number of records
    std::int64_t last{0};              // second of its newest row
};

struct Books {
    std::map<std::string, Job> jobs;  // by row
    Account account;

    void complain(const std::string& text) {
        if (account.examples.size() < 10) account.examples.push_back(text);
    }

    /// A summary: that many occurrences without another record.
    void take_summary(Job& job, std::int64_t from, std::int64_t to, std::int64_t count) {
        account.missed += count;
        if (to - from + 1 != count)
            complain(job.name + ": a summary counts " + std::to_string(count) + " occurrences from " +
                     std::to_string(from) + " to " + std::to_string(to));
        for (std::int64_t second = from; second <= to; ++second) ++job.told[second];
    }

    void close(Job& job) {
        // Jobs are created in whole milliseconds and run in the whole seconds after that.
        for (std::int64_t second = job.made / 1'000 + 1; second <= job.last; ++second) {
            ++account.planned;
            const int times = job.told.contains(second) ? job.told[second] : 0;
            if (times == 1) continue;
            ++(times == 0 ? account.lost : account.doubled);
            complain(job.name + ": the occurrence at " + std::to_string(second) + " is recorded " +
                     std::to_string(times) + " times");
        }
    }
};

}  // namespace

Account account(const Database& database, const Target& target, const std::string& prefix,
                const std::string& path) {
    Books books;
    const std::string named = "j.f_job_name like '" + prefix + "%'";
    for (const Database::Row& row : database.rows(
             "select j.f_key_id, j.f_job_name, j.f_effective_from from t_cron_job j where " + named))
        books.jobs[row[0]] = {.name = row[1], .made = std::stoll(row[2])};

    std::map<std::string, std::string> states;  // of executions, as stored in the database
    for (const Database::Row& row : database.rows(
             "select s.f_job_key, s.f_nominal, s.f_execute_id, s.f_job_status, s.f_attempt from "
             "t_cron_job_status s join t_cron_job j on j.f_key_id = s.f_job_key where s.f_trigger = 1 and " +
             named)) {
        Job& job = books.jobs.at(row[0]);
        const std::int64_t second = std::stoll(row[1]) / 1'000;
        ++job.told[second];
        job.last = std::max(job.last, second);
        ++books.account.rows;
        books.account.repeated += std::stoll(row[4]) - 1;
        states[row[2]] = row[3];
    }
    for (const Database::Row& row : database.rows(
             "select m.f_job_key, m.f_from, m.f_to, m.f_count from t_cron_missed m join t_cron_job j on "
             "j.f_key_id = m.f_job_key where " +
             named))
        books.take_summary(books.jobs.at(row[0]), std::stoll(row[1]) / 1'000, std::stoll(row[2]) / 1'000,
                           std::stoll(row[3]));
    for (auto& [key, job] : books.jobs) books.close(job);

    Account& account = books.account;
    account.jobs = static_cast<std::int64_t>(books.jobs.size());
    std::set<std::pair<std::string, int>> attempts;
    std::set<std::string> called;
    for (const Call& call : target.calls(path)) {
        ++account.calls;
        called.insert(call.execution());
        if (!attempts.emplace(call.execution(), call.attempt()).second) {
            ++account.calls_doubled;
            books.complain("called twice: " + call.execution() + " attempt " +
                           std::to_string(call.attempt()));
        }
        if (!states.contains(call.execution())) {
            ++account.unknown;
            books.complain("called without a row: " + call.execution());
        }
    }
    for (const auto& [execution, state] : states) {
        if (state != "1" && state != "6") {
            ++account.unfinished;
            books.complain("in state " + state + ": " + execution);
        }
        if (state == "1" && !called.contains(execution)) {
            ++account.never_called;
            books.complain("success without a call: " + execution);
        }
    }
    return account;
}

}  // namespace ecron::e2e
