#include "ecron_bench/installation.hpp"

#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>

#include "ecron/base/uuid.hpp"

namespace ecron::bench {
namespace {

constexpr std::size_t kFillRows = 1'000;  // per statement
constexpr std::size_t kCronTimeColumn = 2;
constexpr std::size_t kRevisionColumn = 10;

/// Once a day, four to twenty hours from now: far enough for any zone of the jobs, near enough for the lower
/// levels of the wheel.
std::string idle_schedule(std::size_t number) {
    using namespace std::chrono;
    constexpr std::size_t kSpread = 57'600;  // sixteen hours of seconds
    const auto now = floor<seconds>(system_clock::now());
    const auto due = now + hours{4} + seconds{static_cast<std::int64_t>(number * 7'919 % kSpread)};
    const hh_mm_ss time{due - floor<days>(due)};
    return fmt::format("{} {} {} * * *", time.seconds().count(), time.minutes().count(),
                       time.hours().count());
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
}

}  // namespace

TemporaryFolder::TemporaryFolder()
    : path_((std::filesystem::temp_directory_path() / "ecron-bench-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr)
        throw std::system_error(errno, std::generic_category(), "failed to create directory " + path_);
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

Table job_table(std::string name) {
    return {std::move(name),
            {"f_job_id", "f_job_name", "f_job_cron_time", "f_job_type", "f_job_context", "f_tenant_id",
             "f_enabled", "f_remarks", "f_create_time", "f_update_time", "f_revision", "f_effective_from",
             "f_plan"}};
}

std::string idle_job(const std::string& name, const std::string& zone) {
    return fmt::format(
        R"({{"job_name":"{}","job_cron_time":"{}","job_type":"scheduled","enabled":true,)"
        R"("remarks":"a job of ecron-bench","job_context":{{"mode":"http",)"
        R"("exec":"http://127.0.0.1:9/reports/daily","timezone":"{}","info":{{"method":"POST",)"
        R"("headers":{{"Content-Type":"application/json"}},)"
        R"("body":{{"report":"daily","recipients":["a@example.com","b@example.com"]}}}}}}}})",
        name, idle_schedule(0), zone);
}

Installation::Installation(const Options& options, std::size_t jobs)
    : options_(options),
      database_(Database::create(options.driver, folder_.path())) {
    fill(jobs);
    divide(options.shards);
}

std::unique_ptr<EcronProcess> Installation::start(const Environment& more, const std::string& log) const {
    Environment environment = database_->environment();
    environment.insert(environment.end(), more.begin(), more.end());
    environment.insert(environment.end(), options_.settings.begin(), options_.settings.end());
    return std::make_unique<EcronProcess>(options_.ecron, folder_.path(), log, environment);
}

/// ecron creates the schema and the first rows, which serve as models for the others.
std::vector<Row> Installation::make_models() const {
    {
        const auto ecron = start();
        ecron->api().post(fmt::format("{}/job", kApi), idle_job("stored-0", ""));
        ecron->api().post(fmt::format("{}/job", kApi), idle_job("stored-1", "Europe/Berlin"));
        ecron->stop();
    }
    return connect()->rows("select " + joined(job_table("").columns) + " from t_cron_job order by f_key_id");
}

/// As `ecron db shards`; requires that no node runs.
void Installation::divide(std::size_t shards) {
    const auto connection = connect();
    connection->execute("delete from t_cron_shard where f_shard > 0");
    for (std::size_t shard = 1; shard < shards; ++shard)
        connection->execute(
            fmt::format("insert into t_cron_shard (f_shard, f_epoch, f_watermark, f_planned, f_node, "
                        "f_beats) select {}, 0, "
                        "f_watermark, f_planned, '', 0 from t_cron_shard where f_shard = 0",
                        shard));
}

void Installation::fill(std::size_t jobs) {
    const std::vector<Row> models = make_models();
    const auto connection = connect();
    const Table table = job_table("t_cron_job");
    const auto begin = std::chrono::steady_clock::now();
    std::vector<Row> rows;
    for (std::size_t number = models.size(); number < jobs; ++number) {
        Row& row = rows.emplace_back(models[number % 4 == 1 ? 1 : 0]);
        row[kJobIdColumn] = random_uuid();
        row[kJobNameColumn] = fmt::format("stored-{}", number);
        row[kCronTimeColumn] = idle_schedule(number);
        row[kRevisionColumn] = std::to_string(number + 1);
        if (rows.size() < kFillRows && number + 1 < jobs) continue;
        connection->insert(table, rows);
        rows.clear();
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    fill_rows_per_second_ = static_cast<double>(jobs) / took.count();
    const std::size_t stored = std::max(jobs, models.size());
    connection->execute(fmt::format("update t_cron_change_head set f_number = {}", stored));
    connection->execute(fmt::format("update t_cron_shard set f_planned = {}", stored));
    connection->execute(fmt::format("update t_cron_tenant set f_jobs = {}", stored));
}

}  // namespace ecron::bench
