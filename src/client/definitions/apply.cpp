#include "client/definitions/apply.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <map>
#include <memory>
#include <ostream>

#include "client/api/jobs.hpp"
#include "client/connection/connection.hpp"
#include "client/definitions/plan.hpp"
#include "client/jobs/output.hpp"
#include "client/text/json_access.hpp"
#include "client/text/progress.hpp"
#include "client/text/yaml_writer.hpp"

namespace ecron::client {
namespace {

using command_line::Arguments;

/// What the arguments of apply and diff mean together with the state of the server.
struct Prepared {
    std::unique_ptr<Api> api;
    Plan plan;
};

Outcome<Prune> prune_of(const Arguments& arguments) {
    auto labels = read_labels(arguments.values("label"));
    if (!labels) return std::unexpected(labels.error());
    return Prune{arguments.has("prune"), std::move(*labels)};
}

Outcome<Prepared> prepare(const Environment& environment, const Arguments& arguments) {
    const std::vector<std::string> files = arguments.values("filename");
    std::vector<std::string> paths = files;
    paths.insert(paths.end(), arguments.words.begin(), arguments.words.end());
    if (files.empty()) return failed(ExitCode::usage, "the command requires -f FILE; - is standard input");
    const auto prune = prune_of(arguments);
    if (!prune) return std::unexpected(prune.error());
    const auto definitions = read_definitions(paths);
    if (!definitions) return std::unexpected(definitions.error());
    if (prune->enabled && definitions->empty())
        return failed(ExitCode::usage, "no job is defined: --prune would delete all jobs");
    auto connection = connection_of(environment, arguments);
    if (!connection) return std::unexpected(connection.error());
    auto api = std::make_unique<Api>(std::move(*connection));
    const auto jobs = list_jobs(*api);
    if (!jobs) return std::unexpected(jobs.error());
    auto plan = make_plan(*definitions, *jobs, *prune, environment.clock.now());
    if (!plan) return std::unexpected(plan.error());
    return Prepared{std::move(api), std::move(*plan)};
}

/// Shows the warnings that the API would return.
void warn(const Environment& environment, const Plan& plan) {
    for (const Change& change : plan.changes)
        if (change.kind != Change::Kind::none)
            for (const std::string& warning : change.warnings)
                environment.err << fmt::format("ecron: warning: {}: {}\n", change.name, warning);
}

Call call_for(const Change& change) {
    if (change.kind == Change::Kind::remove) return {.method = "DELETE", .path = "/job/" + change.id};
    Call call{.method = "POST", .path = "/job", .body = json::serialize(change.body)};
    if (change.kind == Change::Kind::create) return call;
    call.method = "PUT";
    call.path += '/' + change.id;
    // Another client may have changed the job since the list was read.
    call.headers.push_back({"If-Match", fmt::format("\"{}\"", change.revision)});
    return call;
}

std::string_view past_of(Change::Kind kind) {
    switch (kind) {
        case Change::Kind::create:
            return "created";
        case Change::Kind::update:
            return "changed";
        case Change::Kind::remove:
            return "deleted";
        case Change::Kind::none:
            break;
    }
    return "unchanged";
}

/// Carries out the changes, and continues after refusals. Returns the code of the first failure.
ExitCode carry_out(const Environment& environment, Prepared& prepared) {
    std::vector<const Change*> changes;
    for (const Change& change : prepared.plan.changes)
        if (change.kind != Change::Kind::none) changes.push_back(&change);
    ExitCode code = ExitCode::good;
    std::map<Change::Kind, std::size_t> done;
    std::size_t failures = 0;
    {
        Progress progress{environment, changes.size()};
        const auto make = [&](std::size_t i) { return call_for(*changes[i]); };
        prepared.api->call_all(changes.size(), make, [&](std::size_t i, Outcome<Reply> reply) {
            progress.step();
            if (reply) {
                for (const std::string& warning : warnings_of(*reply))
                    environment.err << fmt::format("ecron: warning: {}: {}\n", changes[i]->name, warning);
                environment.out << fmt::format("{} {}\n", past_of(changes[i]->kind), changes[i]->name);
                ++done[changes[i]->kind];
                return true;
            }
            std::vector<std::string> lines = reply.error().lines;
            lines[0] = fmt::format("{}: {}", changes[i]->name, lines[0]);
            complain(environment, lines);
            ++failures;
            if (code == ExitCode::good) code = reply.error().code;
            return reply.error().code == ExitCode::refused;
        });
    }
    using enum Change::Kind;
    environment.out << fmt::format("{} created, {} changed, {} deleted, {} unchanged, {} failed\n",
                                   done[create], done[update], done[remove], prepared.plan.count(none),
                                   failures);
    return code;
}

}  // namespace

ExitCode apply(const Environment& environment, const Arguments& arguments) {
    auto prepared = prepare(environment, arguments);
    if (!prepared) return report(environment, prepared.error());
    if (!arguments.has("dry-run")) return carry_out(environment, *prepared);
    warn(environment, prepared->plan);
    environment.out << format_plan(prepared->plan, Style{environment}) << summary_of(prepared->plan) << '\n';
    return ExitCode::good;
}

ExitCode diff(const Environment& environment, const Arguments& arguments) {
    const auto prepared = prepare(environment, arguments);
    if (!prepared) return report(environment, prepared.error());
    warn(environment, prepared->plan);
    environment.out << format_plan(prepared->plan, Style{environment}) << summary_of(prepared->plan) << '\n';
    return prepared->plan.is_empty() ? ExitCode::good : ExitCode::refused;
}

const std::vector<command_line::Flag>& export_flags() {
    static const std::vector<command_line::Flag> flags = [] {
        std::vector<command_line::Flag> list{{.name = "output",
                                              .metavar = "FORMAT",
                                              .help = "Export the jobs of the server in this format.",
                                              .letter = 'o',
                                              .choices = {"yaml", "json"}}};
        list.insert(list.end(), connection_flags().begin(), connection_flags().end());
        return list;
    }();
    return flags;
}

ExitCode export_jobs(const Environment& environment, const Arguments& arguments) {
    auto connection = connection_of(environment, arguments);
    if (!connection) return report(environment, connection.error());
    Api api{std::move(*connection)};
    const auto jobs = list_jobs(api);
    if (!jobs) return report(environment, jobs.error());
    json::array exported;
    for (const JobObject& job : *jobs) exported.push_back(exported_job(job));
    std::ranges::sort(exported, {},
                      [](const json::value& job) { return text_at(job.get_object(), "job_name"); });
    if (arguments.value("output") == "json") {
        environment.out << pretty_json(exported);
        return ExitCode::good;
    }
    for (const json::value& job : exported) environment.out << "---\n" << to_yaml(job);
    return ExitCode::good;
}

}  // namespace ecron::client
