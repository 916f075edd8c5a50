#pragma once
#include "management/api_request.hpp"
#include "management/http/problem_list.hpp"
#include "management/http/query.hpp"

/// Members that GET /job adds to its jobs on request: `with`.
namespace ecron::management {

struct JobMembers {
    bool next{}, runs{}, words{};
    [[nodiscard]] bool any() const { return next || runs || words; }
};

[[nodiscard]] JobMembers job_members(const Query& query, ProblemList& problems);

/// A job of a list, with the members that were requested.
struct ListedJob {
    model::Job job{};
    std::string members{};  // JSON text, each with a comma in front
};
std::size_t bytes_of(const ListedJob& listed);
void append_row(std::string& out, const ListedJob& listed);

/// Adds the requested members to jobs. Independent of the request, because lists are sent after it was
/// handled.
class JobMemberReader {
public:
    JobMemberReader(const ApiRequest& request, JobMembers members)
        : api_(request.api),
          members_(members),
          language_(request.language()),
          owner_(request.caller.tenant) {}

    /// Reads the runs of all jobs with one query.
    boost::asio::awaitable<Result<std::vector<ListedJob>>> add(std::vector<model::Job> jobs) const;

private:
    void add_schedule(ListedJob& listed, Instant now) const;

    ApiContext& api_;
    JobMembers members_;
    model::Language language_;
    TenantId owner_;  // of the work
};

}  // namespace ecron::management
