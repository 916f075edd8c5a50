#pragma once
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <optional>
#include <string>
#include <vector>

#include "e2e/api.hpp"
#include "e2e/database.hpp"
#include "e2e/ecron.hpp"
#include "e2e/target.hpp"
#include "e2e/wait.hpp"

namespace ecron::e2e {

/// A test's job; the default is a job that runs every second.
struct JobText {
    std::string name{"job"};
    std::string path{"/run"};  // of the target
    std::string cron{"* * * * * *"};
    std::string type{"scheduled"};
    json::object context{};  // additional members of job_context
    json::object info{};
    bool enabled{true};
};

/// An execution as stored in the database.
struct Row {
    std::string id, state, reason, result, missed;
    int attempt{}, losses{}, trigger{};
    Instant scheduled_at{}, due{};
    bool accepted{false};
};

/// ecron, its own database, and a target.
class World {
public:
    explicit World(Settings settings = {});
    World(Server server, Settings settings);

    Database database;
    Target target;
    Ecron ecron;

    [[nodiscard]] std::string text_of(const JobText& job) const;
    /// Creates a job; returns its id.
    std::string given(const JobText& job);
    Api& api() { return ecron.api(); }
    /// Returns the executions of a job from the database, by scheduled time.
    [[nodiscard]] std::vector<Row> rows(const std::string& job) const;
    [[nodiscard]] std::optional<Row> row(const std::string& execution) const;
    /// Returns the body of GET /jobstatus/:id, which must return 200.
    json::array statuses(const std::string& job, const std::string& query = "");
    /// Waits until an execution is in that state.
    Row wait_for_state(const std::string& execution, const std::string& state);
    void restart();  // SIGKILL and a new process
};

/// Returns the instant that many seconds from now, rounded to seconds, as RFC 3339.
std::string in(std::chrono::seconds from_now);

}  // namespace ecron::e2e
