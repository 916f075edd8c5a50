#include "ecron_bench/fire_stage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <future>
#include <stdexcept>
#include <thread>
#include <unordered_map>

#include "ecron/base/time.hpp"

namespace ecron::bench {
namespace {

using std::chrono::system_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr std::size_t kCreators = 16;
constexpr std::size_t kCreatedPerSecond = 700;  // with a margin: determines the earliest first run
constexpr std::chrono::milliseconds kPoll{50};
constexpr std::chrono::seconds kStall{20};  // without a completed run for this long, none is expected
constexpr int kSuccess = 1;                 // f_job_status
constexpr const char* kSucceeded = "ecron_runs_total{event=\"succeeded\"}";
constexpr const char* kTransactions = "ecron_store_transactions_total";

class Stage {
public:
    Stage(const FirePlan& plan, Nodes& nodes, Connection& connection, FireTarget& target)
        : plan_(plan),
          nodes_(nodes),
          connection_(connection),
          target_(target),
          name_(fmt::format("fire-{}", to_unix_millis(SystemClock{}.now()))) {}

    FireResult run() {
        begin_ = std::chrono::ceil<Seconds>(SystemClock{}.now()) + Seconds{2} +
                 Seconds{static_cast<std::int64_t>(plan_.rate / kCreatedPerSecond)};
        end_ = begin_ + plan_.total();
        (void)target_.take();
        const double succeeded_before = nodes_.metric(kSucceeded);
        create_jobs();
        if (SystemClock{}.now() > begin_ - Seconds{1})
            throw std::runtime_error("creating the jobs took longer than expected");
        plan_.once_created();
        result_.planned = plan_.runs();
        measure_cpu();
        wait_until_ended(succeeded_before + static_cast<double>(result_.planned));
        result_.resident = nodes_.resident();
        compare(target_.take());
        return result_;
    }

private:
    [[nodiscard]] std::string job(std::size_t number) const {
        return fmt::format(R"({{"job_name":"{0}-{1}","job_cron_time":"* * * * * *","job_type":"scheduled",)"
                           R"("enabled":true,"job_context":{{"mode":"http",)"
                           R"("exec":"http://127.0.0.1:{2}/{0}/{1}","info":{{"method":"POST",)"
                           R"("headers":{{"Content-Type":"application/json"}},)"
                           R"("body":{{"report":"daily","recipients":["a@example.com","b@example.com"]}}}},)"
                           R"("jitter":"1s","overlap":"allow","begin_at":"{3}","end_at":"{4}"}}}})",
                           name_, number, target_.port(), format_rfc3339(begin_),
                           format_rfc3339(end_ - Seconds{1}));
    }

    void create_jobs() {
        const auto create = [this](std::size_t first) {
            HttpClient api{nodes_.port()};
            for (std::size_t number = first; number < plan_.rate; number += kCreators)
                api.post(fmt::format("{}/job", kApi), job(number));
        };
        std::vector<std::future<void>> creators;
        for (std::size_t first = 0; first < kCreators; ++first)
            creators.push_back(std::async(std::launch::async, create, first));
        for (std::future<void>& creator : creators) creator.get();
    }

    /// Measures between the warm-up and the last due time.
    void measure_cpu() {
        std::this_thread::sleep_until(begin_ + plan_.warm_up);
        const double cpu_before = nodes_.cpu_seconds();
        const double runs_before = nodes_.metric(kSucceeded);
        const double transactions_before = nodes_.metric(kTransactions);
        std::this_thread::sleep_until(end_);
        const double cpu = nodes_.cpu_seconds() - cpu_before;
        const double runs = nodes_.metric(kSucceeded) - runs_before;
        const double transactions = nodes_.metric(kTransactions) - transactions_before;
        result_.cpu_share = cpu / static_cast<double>(plan_.measured.count());
        result_.cpu_per_run = runs > 0 ? cpu / runs : 0;
        result_.transactions_per_run = runs > 0 ? transactions / runs : 0;
    }

    void wait_until_ended(double succeeded) {
        double seen = 0;
        system_clock::time_point progress = system_clock::now();
        for (;; std::this_thread::sleep_for(kPoll)) {
            const double now = nodes_.metric(kSucceeded);
            if (now > seen) progress = system_clock::now();
            seen = now;
            if (seen >= succeeded || system_clock::now() - progress > kStall) break;
        }
        result_.behind = std::chrono::duration<double>(progress - end_).count();
        result_.runs_per_second = (static_cast<double>(result_.planned) - (succeeded - seen)) /
                                  std::chrono::duration<double>(progress - begin_).count();
    }

    /// Returns a run's index in the plan by job and second; nullopt if it was not scheduled.
    [[nodiscard]] std::optional<std::size_t> place(std::string_view job_number, Instant nominal) const {
        std::size_t number = 0;
        const char* const end = job_number.data() + job_number.size();
        const auto [stop, error] = std::from_chars(job_number.data(), end, number);
        const bool whole = error == std::errc{} && stop == end && number < plan_.rate;
        if (!whole || nominal < begin_ || nominal >= end_ || (nominal - begin_) % Seconds{1} != Millis{0})
            return std::nullopt;
        const auto second = static_cast<std::size_t>(std::chrono::floor<Seconds>(nominal - begin_).count());
        return second * plan_.rate + number;
    }

    void compare(const std::vector<FireTarget::Shot>& shots) {
        const auto due = read_rows();
        const std::string prefix = "/" + name_ + "/";
        std::vector<bool> seen(result_.planned);
        std::vector<double> lateness;
        for (const FireTarget::Shot& shot : shots) {
            const auto nominal = parse_rfc3339(shot.scheduled_at);
            const auto run = nominal && shot.path.starts_with(prefix)
                                 ? place(std::string_view{shot.path}.substr(prefix.size()), *nominal)
                                 : std::nullopt;
            if (!run) {
                ++result_.unplanned;
                continue;
            }
            if (seen[*run]) ++result_.repeated;
            seen[*run] = true;
            const auto row = due.find(shot.execute_id);
            if (row != due.end() && *nominal >= begin_ + plan_.warm_up)
                lateness.push_back(Milliseconds{shot.at - row->second}.count());
        }
        result_.arrived = static_cast<std::size_t>(std::ranges::count(seen, true));
        result_.missing = result_.planned - result_.arrived;
        result_.arrival_lateness = distribution(std::move(lateness));
    }

    /// Returns the due time of each run by its execute id.
    std::unordered_map<std::string, Instant> read_rows() {
        std::unordered_map<std::string, Instant> due;
        std::vector<bool> succeeded(result_.planned);
        std::vector<double> lateness;
        const auto number = [](std::string_view text) {
            std::int64_t value = 0;
            std::from_chars(text.data(), text.data() + text.size(), value);
            return value;
        };
        connection_.read(
            fmt::format(
                "select s.f_execute_id, s.f_job_name, s.f_nominal, s.f_due, s.f_job_status, a.f_begin from "
                "t_cron_job_status s left join t_cron_attempt a on a.f_execute_id = s.f_execute_id and "
                "a.f_attempt = 1 where s.f_job_name like '{}-%'",
                name_),
            [&](Fields row) {
                const Instant nominal = from_unix_millis(number(row[2]));
                const Instant due_at = from_unix_millis(number(row[3]));
                due.emplace(row[0], due_at);
                const auto run = place(row[1].substr(name_.size() + 1), nominal);
                if (run && number(row[4]) == kSuccess) succeeded[*run] = true;
                if (row[5].data() != nullptr && nominal >= begin_ + plan_.warm_up)
                    lateness.push_back(Milliseconds{from_unix_millis(number(row[5])) - due_at}.count());
            });
        result_.unsuccessful = static_cast<std::size_t>(std::ranges::count(succeeded, false));
        result_.start_lateness = distribution(std::move(lateness));
        return due;
    }

    const FirePlan& plan_;
    Nodes& nodes_;
    Connection& connection_;
    FireTarget& target_;
    std::string name_;
    Instant begin_;
    Instant end_;
    FireResult result_;
};

}  // namespace

std::string FireResult::story() const {
    return fmt::format("planned {}, arrived {}, missing {}, repeated {}, unplanned {}, not success {}",
                       planned, arrived, missing, repeated, unplanned, unsuccessful);
}

void FireTarget::record(const Arrival& arrival) {
    Shot shot{std::string{arrival.path()}, std::string{arrival.field("Idempotency-Key")},
              std::string{arrival.field("X-Ecron-Scheduled-At")}, arrival.at};
    const std::scoped_lock lock{mutex_};
    shots_.push_back(std::move(shot));
}

std::vector<FireTarget::Shot> FireTarget::take() {
    const std::scoped_lock lock{mutex_};
    return std::exchange(shots_, {});
}

FireResult fire(const FirePlan& plan, Nodes& nodes, Connection& connection, FireTarget& target) {
    return Stage{plan, nodes, connection, target}.run();
}

}  // namespace ecron::bench
