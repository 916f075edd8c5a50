#include "e2e/world.hpp"

#include <boost/json/parse.hpp>

namespace ecron::e2e {
namespace {

constexpr const char* kColumns =
    "select f_execute_id, f_job_status, f_ext_info, f_result, f_attempt, f_losses, f_trigger, f_nominal, "
    "f_due, "
    "f_accepted from t_cron_job_status ";

std::string word_of(const std::string& number) {
    static const std::vector<std::string> kWords{"?",         "success", "executing", "failure",
                                                 "interrupt", "abandon", "pending"};
    return kWords.at(std::stoul(number));
}

std::int64_t number(const std::string& text) { return text.empty() ? 0 : std::stoll(text); }

std::string member(const json::value& object, const char* name) {
    if (!object.is_object()) return {};
    const json::value* const found = object.as_object().if_contains(name);
    if (found == nullptr) return {};
    return found->is_string() ? std::string{found->as_string()} : json::serialize(*found);
}

Row row_of(const Database::Row& columns) {
    const json::value info = json::parse(columns[2].empty() ? "{}" : columns[2]);
    return {.id = columns[0],
            .state = word_of(columns[1]),
            .reason = member(info, "reason"),
            .result = columns[3],
            .missed = member(info, "missed"),
            .attempt = static_cast<int>(number(columns[4])),
            .losses = static_cast<int>(number(columns[5])),
            .trigger = static_cast<int>(number(columns[6])),
            .scheduled_at = from_unix_millis(number(columns[7])),
            .due = from_unix_millis(number(columns[8])),
            .accepted = number(columns[9]) != 0};
}

Settings merged(Settings settings, const Settings& more) {
    settings.insert(more.begin(), more.end());
    return settings;
}

}  // namespace

World::World(Settings settings) : ecron(database.folder(), merged(std::move(settings), database.settings())) {
    ecron.start();
}

World::World(Server server, Settings settings)
    : database(std::move(server)),
      ecron(database.folder(), merged(std::move(settings), database.settings())) {
    ecron.start();
}

std::string World::text_of(const JobText& job) const {
    json::object context = job.context;
    context["mode"] = "http";
    context["exec"] = target.url(job.path);
    context["info"] = job.info;
    return json::serialize(json::object{{"job_name", job.name},
                                        {"job_cron_time", job.cron},
                                        {"job_type", job.type},
                                        {"enabled", job.enabled},
                                        {"job_context", context}});
}

std::string World::given(const JobText& job) {
    const Reply reply = api().post("/job", text_of(job));
    CAPTURE(reply.body, ecron.log());
    REQUIRE(reply.status == 201);
    return reply.text("/job_id");
}

std::vector<Row> World::rows(const std::string& job) const {
    std::vector<Row> found;
    for (const Database::Row& columns :
         database.rows(kColumns + ("where f_job_id = '" + job + "' order by f_nominal, f_key_id")))
        found.push_back(row_of(columns));
    return found;
}

std::optional<Row> World::row(const std::string& execution) const {
    const std::vector<Database::Row> found =
        database.rows(kColumns + ("where f_execute_id = '" + execution + "'"));
    if (found.empty()) return std::nullopt;
    return row_of(found.front());
}

json::array World::statuses(const std::string& job, const std::string& query) {
    const Reply reply = api().get("/jobstatus/" + job + query);
    CAPTURE(reply.body);
    REQUIRE(reply.status == 200);
    return reply.parsed().as_array();
}

Row World::wait_for_state(const std::string& execution, const std::string& state) {
    std::optional<Row> found;
    wait_until("execution " + execution + " is " + state, [&] {
        found = row(execution);
        return found && found->state == state;
    });
    return *found;
}

void World::restart() {
    ecron.kill();
    ecron.start();
}

std::string in(std::chrono::seconds from_now) {
    const SystemClock clock;
    return format_rfc3339(std::chrono::ceil<Seconds>(clock.now()) + from_now);
}

}  // namespace ecron::e2e
