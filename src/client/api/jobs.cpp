#include "client/api/jobs.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <cctype>
#include <map>

#include "client/text/json_access.hpp"

namespace ecron::client {
namespace {

constexpr std::size_t kPage = 1'000;
constexpr std::size_t kPageWithNext = 100;
constexpr std::size_t kIdsInQuery = 100;  // the header of a request has a limit

using ByName = std::map<std::string, std::vector<JobObject>>;

Outcome<JobObject> only_job(const std::string& name, const ByName& by_name) {
    const auto found = by_name.find(name);
    if (found == by_name.end()) return failed(ExitCode::refused, fmt::format("there is no job {:?}", name));
    if (found->second.size() == 1) return found->second.front();
    Failure failure{ExitCode::refused,
                    {fmt::format("{} jobs have the name {:?}; use an id:", found->second.size(), name)}};
    for (const JobObject& job : found->second)
        failure.lines.push_back(fmt::format("  {} of tenant {}", job_id(job), text_at(job, "tenant_id")));
    return std::unexpected(std::move(failure));
}

Outcome<std::vector<JobObject>> jobs_with_id(Api& api, const std::string& id) {
    auto value = api.call_json({.path = "/job?" + parameter("job_id", id)});
    std::vector<JobObject> jobs;
    if (!value) {
        // An id that is unknown can still be a name.
        if (value.error().code == ExitCode::refused) return jobs;
        return std::unexpected(value.error());
    }
    if (value->is_array())
        for (const json::value& job : value->get_array())
            if (job.is_object()) jobs.push_back(job.get_object());
    return jobs;
}

/// Makes one call per index, and stops at the first failure.
Outcome<void> call_each(Api& api, std::size_t count, const Api::Make& make,
                        const std::function<void(std::size_t, const json::value&)>& take) {
    Outcome<void> result;
    api.call_all(count, make, [&](std::size_t index, Outcome<Reply> reply) {
        if (!reply) {
            result = std::unexpected(reply.error());
            return false;
        }
        boost::system::error_code invalid;
        const json::value value = json::parse(reply->body, invalid);
        if (!invalid) take(index, value);
        return true;
    });
    return result;
}

}  // namespace

std::string job_id(const JobObject& job) { return text_at(job, "job_id"); }
std::string job_name(const JobObject& job) { return text_at(job, "job_name"); }

bool is_uuid(std::string_view text) {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : std::isxdigit(static_cast<unsigned char>(text[i])) == 0) return false;
    }
    return true;
}

Outcome<std::vector<JobObject>> list_jobs(Api& api, const std::string& filter, Members members) {
    std::vector<JobObject> jobs;
    std::string after;
    do {
        std::string path = members == Members::with_next
                               ? fmt::format("/job?limit={}&with=next", kPageWithNext)
                               : fmt::format("/job?limit={}", kPage);
        if (!filter.empty()) path += '&' + filter;
        if (!after.empty()) path += '&' + parameter("after", after);
        const Outcome<Reply> reply = api.call({.path = path});
        if (!reply) return std::unexpected(reply.error());
        boost::system::error_code invalid;
        json::value page = json::parse(reply->body, invalid);
        if (invalid || !page.is_array())
            return failed(ExitCode::refused,
                          fmt::format("{}: the response is not a list of jobs; is this the API of "
                                      "ecron?",
                                      api.connection().server));
        for (json::value& job : page.get_array())
            if (job.is_object()) jobs.push_back(std::move(job.get_object()));
        after = reply->header("X-Next-After");
    } while (!after.empty());
    return jobs;
}

Outcome<std::vector<JobObject>> find_jobs(Api& api, const std::vector<std::string>& names) {
    ByName found;
    std::vector<std::string> rest;
    for (const std::string& name : names) {
        if (is_uuid(name)) {
            auto jobs = jobs_with_id(api, name);
            if (!jobs) return std::unexpected(jobs.error());
            if (!jobs->empty()) {
                found[name] = std::move(*jobs);
                continue;
            }
        }
        rest.push_back(name);
    }
    if (!rest.empty()) {
        // Servers that know the parameter `name` return few jobs, others all of them.
        auto all = list_jobs(api, rest.size() == 1 ? parameter("name", rest[0]) : std::string{});
        if (!all) return std::unexpected(all.error());
        for (JobObject& job : *all) {
            std::string name = job_name(job);
            if (std::ranges::find(rest, name) != rest.end()) found[std::move(name)].push_back(std::move(job));
        }
    }
    std::vector<JobObject> jobs;
    for (const std::string& name : names) {
        auto job = only_job(name, found);
        if (!job) return std::unexpected(job.error());
        jobs.push_back(std::move(*job));
    }
    return jobs;
}

Outcome<JobObject> find_job(Api& api, const std::string& name) {
    auto jobs = find_jobs(api, {name});
    if (!jobs) return std::unexpected(jobs.error());
    return std::move(jobs->front());
}

Outcome<std::vector<std::string>> next_runs(Api& api, const std::vector<JobObject>& jobs) {
    std::vector<std::string> next(jobs.size());
    std::vector<std::size_t> planned;  // the others have no next occurrence
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        if (jobs[i].contains("next_run"))
            next[i] = text_at(jobs[i], "next_run");
        else if (flag_at(jobs[i], "enabled") && !text_at(jobs[i], "job_cron_time").empty())
            planned.push_back(i);
    }
    const auto make = [&](std::size_t i) {
        return Call{.path = fmt::format("/job/{}/next?count=1", job_id(jobs[planned[i]]))};
    };
    const auto done = call_each(api, planned.size(), make, [&](std::size_t i, const json::value& value) {
        if (!value.is_object()) return;
        const json::array& instants = array_at(value.get_object(), "next");
        if (!instants.empty() && instants[0].is_string())
            next[planned[i]] = std::string{instants[0].get_string()};
    });
    if (!done) return std::unexpected(done.error());
    return next;
}

Outcome<std::vector<json::object>> last_executions(Api& api, const std::vector<JobObject>& jobs) {
    std::map<std::string, json::object> by_job;
    const std::size_t parts = (jobs.size() + kIdsInQuery - 1) / kIdsInQuery;
    const auto make = [&](std::size_t part) {
        std::string path = "/jobstatus";
        for (std::size_t i = part * kIdsInQuery; i < std::min(jobs.size(), (part + 1) * kIdsInQuery); ++i)
            path += (path.contains('?') ? "&" : "?") + parameter("job_id", job_id(jobs[i]));
        return Call{.path = std::move(path)};
    };
    const auto done = call_each(api, parts, make, [&](std::size_t, const json::value& value) {
        if (!value.is_array()) return;
        for (const json::value& status : value.get_array())
            if (status.is_object()) by_job[text_at(status.get_object(), "job_id")] = status.get_object();
    });
    if (!done) return std::unexpected(done.error());
    std::vector<json::object> last;
    for (const JobObject& job : jobs) last.push_back(by_job[job_id(job)]);
    return last;
}

}  // namespace ecron::client
