#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <ostream>
#include <thread>

#include "client/jobs/commands.hpp"
#include "client/jobs/event_stream.hpp"
#include "client/jobs/output.hpp"
#include "client/text/json_access.hpp"

/// Commands about executions: run, logs and cancel.
namespace ecron::client {
namespace {

using command_line::Arguments;

constexpr Millis kFollowLimit{7L * 24 * 3'600 * 1'000};

std::string text_of(const std::string& data) {
    boost::system::error_code invalid;
    const json::value value = json::parse(data, invalid);
    return !invalid && value.is_string() ? std::string{value.get_string()} : data;
}

Outcome<std::string> latest_execution(Api& api, const std::string& job) {
    const auto list = api.call_json({.path = "/jobstatus/" + job});
    if (!list) return std::unexpected(list.error());
    if (!list->is_array() || list->get_array().empty() || !list->get_array()[0].is_object())
        return failed(ExitCode::refused, "the job has no execution yet");
    return text_at(list->get_array()[0].get_object(), "execute_id");
}

/// The execution that an argument means: a job's latest one, or the one with this id.
Outcome<std::string> execution_of(Api& api, const std::string& word) {
    const auto job = find_job(api, word);
    if (job) return latest_execution(api, job_id(*job));
    if (job.error().code != ExitCode::refused || !is_uuid(word)) return std::unexpected(job.error());
    const auto execution = api.call({.path = "/jobexecution/" + word});
    if (!execution && execution.error().code == ExitCode::refused)
        return failed(ExitCode::refused, fmt::format("there is no job and no execution {}", word));
    if (!execution) return std::unexpected(execution.error());
    return word;
}

/// What has arrived of an execution's output, over one or more connections.
class Followed {
public:
    explicit Followed(const Environment& environment) : environment_(environment) {}

    /// Reads events until the stream ends. A repeated call continues after the last event.
    Outcome<Reply> stream(Api& api, const std::string& execution) {
        EventStream events{[this](const Event& event) { take(event); }};
        Call call{.path = fmt::format("/jobexecution/{}/output?follow=1", execution),
                  .timeout = kFollowLimit,
                  .on_body = [&](std::string_view part) {
                      events.add(part);
                      return true;
                  }};
        if (!last_id_.empty()) call.headers.push_back({"Last-Event-ID", last_id_});
        return api.call(std::move(call));
    }
    [[nodiscard]] std::size_t events() const { return events_; }
    [[nodiscard]] const Ended& end() const { return end_; }  // without a state: the end has not arrived

private:
    void take(const Event& event) {
        ++events_;
        if (!event.id.empty()) last_id_ = event.id;
        if (event.name == "stdout") environment_.out << text_of(event.data) << std::flush;
        if (event.name == "stderr") environment_.err << text_of(event.data) << std::flush;
        if (event.name == "attempt" && event.data != "1")
            environment_.err << fmt::format("ecron: attempt {}\n", event.data);
        boost::system::error_code invalid;
        const json::value status = json::parse(event.data, invalid);
        if (event.name == "end" && !invalid && status.is_object())
            end_ = {.state = text_at(status.get_object(), "job_status"),
                    .reason = text_at(object_at(status.get_object(), "ext_info"), "reason")};
    }

    const Environment& environment_;
    std::size_t events_{0};
    std::string last_id_;
    Ended end_;
};

Outcome<ExitCode> follow(const Environment& environment, Api& api, const std::string& execution) {
    const auto end = follow_output(environment, api, execution);
    if (!end) return std::unexpected(end.error());
    const bool succeeded = end->state == "success";  // its reason would be that of an earlier attempt
    const bool explained = !succeeded && !end->reason.empty();
    environment.err << fmt::format("ecron: execution {} ended: {}{}\n", execution, end->state,
                                   explained ? fmt::format(" ({})", end->reason) : "");
    return succeeded ? ExitCode::good : ExitCode::refused;
}

}  // namespace

Outcome<Ended> follow_output(const Environment& environment, Api& api, const std::string& execution,
                             const Reconnection& reconnection) {
    SteadyInstant last_sign = environment.clock.steady();
    Followed followed{environment};
    for (bool reported = false;;) {
        const std::size_t before = followed.events();
        const auto reply = followed.stream(api, execution);
        if (!followed.end().state.empty()) return followed.end();
        if (!reply && reply.error().code != ExitCode::unreachable) return std::unexpected(reply.error());
        if (followed.events() > before) last_sign = environment.clock.steady(), reported = false;
        if (environment.clock.steady() - last_sign >= reconnection.patience)
            return failed(ExitCode::unreachable,
                          fmt::format("lost the server before the end of execution {0}, which may still be "
                                      "running; continue with: ecron job logs -f {0}",
                                      execution));
        if (!std::exchange(reported, true))
            environment.err << "ecron: the stream ended before the execution, reconnecting\n";
        std::this_thread::sleep_for(reconnection.pause);
    }
}

ExitCode run_command(const Environment& environment, const Arguments& arguments) {
    if (arguments.words.size() != 1)
        return report(environment, {ExitCode::usage, {"job run requires the name or id of one job"}});
    return with_api(environment, arguments, [&](Api& api) -> Outcome<ExitCode> {
        const auto job = find_job(api, arguments.words[0]);
        if (!job) return std::unexpected(job.error());
        Call call{.method = "POST",
                  .path = "/jobexecution",
                  .body = json::serialize(json::object{{"job_id", job_id(*job)}})};
        if (const auto key = arguments.value("idempotency-key"))
            call.headers.push_back({"Idempotency-Key", *key});
        const auto answer = api.call_json(std::move(call));
        if (!answer) return std::unexpected(answer.error());
        const std::string execution =
            answer->is_object() ? text_at(answer->get_object(), "execute_id") : std::string{};
        if (!arguments.has("follow")) return environment.out << execution << '\n', ExitCode::good;
        environment.err << fmt::format("ecron: execution {}\n", execution);
        return follow(environment, api, execution);
    });
}

ExitCode cancel_command(const Environment& environment, const Arguments& arguments) {
    if (arguments.words.size() != 1)
        return report(
            environment,
            {ExitCode::usage, {"job cancel requires the name or id of one job, or the id of an execution"}});
    return with_api(environment, arguments, [&](Api& api) -> Outcome<ExitCode> {
        const auto execution = execution_of(api, arguments.words[0]);
        if (!execution) return std::unexpected(execution.error());
        const auto answer =
            api.call_json({.method = "POST", .path = fmt::format("/jobexecution/{}/cancel", *execution)});
        if (!answer) return std::unexpected(answer.error());
        const std::string state =
            answer->is_object() ? text_at(answer->get_object(), "job_status") : std::string{};
        environment.out << fmt::format("{} {}\n", *execution, state);
        return ExitCode::good;
    });
}

ExitCode logs_command(const Environment& environment, const Arguments& arguments) {
    if (arguments.words.size() != 1)
        return report(
            environment,
            {ExitCode::usage, {"job logs requires the name or id of one job, or the id of an execution"}});
    return with_api(environment, arguments, [&](Api& api) -> Outcome<ExitCode> {
        const auto execution = execution_of(api, arguments.words[0]);
        if (!execution) return std::unexpected(execution.error());
        if (arguments.has("follow")) return follow(environment, api, *execution);
        std::string path = fmt::format("/jobexecution/{}/output", *execution);
        if (const auto stream = arguments.value("stream")) path += "?stream=" + *stream;
        const auto reply = api.call({.path = path});
        if (!reply) return std::unexpected(reply.error());
        environment.out << reply->body;
        return ExitCode::good;
    });
}

}  // namespace ecron::client
