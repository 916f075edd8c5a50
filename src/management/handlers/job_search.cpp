#include "management/handlers/job_search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "ecron/base/base64.hpp"
#include "management/handlers/job_members.hpp"
#include "management/http/paging.hpp"
#include "management/http/problem_list.hpp"
#include "management/http/responses.hpp"

/// GET /job with filters.
namespace ecron::management {
namespace {

/// What only a search has.
constexpr std::array<std::string_view, 9> kFilters{"name", "name_contains", "search", "label", "enabled",
                                                   "mode", "state",         "sort",   "with"};
constexpr std::size_t kFirstRows = 4;  // of a streamed list
constexpr std::size_t kMaxSearch = 256;

using store::JobOrder;
constexpr std::array<std::pair<std::string_view, JobOrder>, 4> kOrders{
    {{"-created", JobOrder::newest},
     {"created", JobOrder::oldest},
     {"name", JobOrder::by_name},
     {"-name", JobOrder::by_name_descending}}};

/// KEY, or KEY.NAME in a list that is sorted by name, with the name as base64url.
std::string cursor_of(const store::JobPlace& place, JobOrder order) {
    std::string cursor = std::to_string(place.key.value());
    if (order == JobOrder::by_name || order == JobOrder::by_name_descending)
        cursor += '.' + to_base64url(place.name);
    return cursor;
}

std::optional<store::JobPlace> place_from(std::string_view cursor, JobOrder order) {
    const bool has_name = order == JobOrder::by_name || order == JobOrder::by_name_descending;
    const std::size_t dot = std::min(cursor.find('.'), cursor.size());
    std::int64_t key{};
    const auto [end, error] = std::from_chars(cursor.data(), cursor.data() + dot, key);
    const bool is_key = error == std::errc{} && end == cursor.data() + dot && key > 0;
    if (!is_key || has_name != (dot < cursor.size())) return std::nullopt;
    store::JobPlace place{.key = JobKey{key}};
    if (!has_name) return place;
    const auto name = from_base64url(cursor.substr(dot + 1));
    if (!name || !is_text(*name)) return std::nullopt;
    place.name = *name;
    return place;
}

std::optional<model::Mode> mode_from(std::string_view text) {
    for (const model::Mode mode : {model::Mode::http, model::Mode::https, model::Mode::exe})
        if (model::to_text(mode) == text) return mode;
    return std::nullopt;
}

/// Reads the filters; what is wrong with them goes to `problems`.
class SearchReader {
public:
    SearchReader(const Query& query, ProblemList& problems, std::int64_t max_limit)
        : query_(query),
          problems_(problems),
          max_limit_(max_limit) {}

    store::JobSearch read(const std::optional<TenantId>& tenant) {
        store::JobSearch search{.tenant = tenant};
        search.created_until = problems_.value(query_.time("timestamp"));
        search.type = problems_.value(query_.job_type());
        if (const auto name = query_.first("name")) search.name = std::string{*name};
        search.name_contains = text_of("name_contains");
        search.text = text_of("search");
        read_labels(search);
        read_enabled(search);
        read_state(search);
        if (const auto mode = query_.first("mode")) {
            search.mode = mode_from(*mode);
            if (!search.mode) problems_.add("mode", "must be http, https or exe");
        }
        read_place(search);
        return search;
    }

private:
    std::string text_of(std::string_view parameter) {
        std::string text{query_.first(parameter).value_or("")};
        if (text.size() > kMaxSearch)
            problems_.add(parameter,
                          fmt::format("has {} bytes, at most {} are allowed", text.size(), kMaxSearch));
        return text;
    }

    void read_labels(store::JobSearch& search) {
        for (const std::string& label : query_.all("label")) {
            if (label.empty()) continue;
            const std::size_t colon = label.find(':');
            if (colon == label.npos || colon == 0) {
                problems_.add("label", "must be NAME:VALUE");
                continue;
            }
            search.labels.emplace_back(label.substr(0, colon), label.substr(colon + 1));
        }
        if (search.labels.size() > store::JobSearch::kMaxLabels)
            problems_.add("label", fmt::format("is given {} times, at most {} are allowed",
                                               search.labels.size(), store::JobSearch::kMaxLabels));
    }

    void read_enabled(store::JobSearch& search) {
        const auto enabled = query_.first("enabled");
        if (!enabled) return;
        search.enabled = *enabled == "true";
        if (*enabled != "true" && *enabled != "false") problems_.add("enabled", "must be true or false");
    }

    void read_state(store::JobSearch& search) {
        const auto state = query_.first("state");
        if (!state) return;
        search.state = model::state_from(*state);
        if (!search.state)
            problems_.add("state", "must be success, executing, failure, interrupt, abandon or pending");
    }

    void read_place(store::JobSearch& search) {
        if (const auto sort = query_.first("sort")) {
            const auto* const found =
                std::ranges::find(kOrders, *sort, &std::pair<std::string_view, JobOrder>::first);
            if (found == kOrders.end())
                problems_.add("sort", "must be created, -created, name or -name");
            else
                search.order = found->second;
        }
        const std::int64_t limit = problems_.value(query_.number("limit", 0, kListDefault));
        search.limit = static_cast<std::size_t>(std::min(limit, max_limit_));
        const std::int64_t page = problems_.value(query_.number("page", 1, 1));
        if (page > kMaxPages) problems_.add("page", "is too large");
        const auto after = query_.first("after");
        if (after) {
            search.after = place_from(*after, search.order);
            if (!search.after) problems_.add("after", "is not a cursor of a list with this sort");
        } else if (page > 0 && page <= kMaxPages) {
            search.offset = static_cast<std::size_t>(page - 1) * search.limit;
        }
    }

    const Query& query_;
    ProblemList& problems_;
    std::int64_t max_limit_;
};

using JobsRead = boost::asio::awaitable<Result<std::vector<ListedJob>>>;

/// The jobs of a list, read in its order while it is sent.
class FoundJobs {
public:
    FoundJobs(store::JobStore& store, JobMemberReader members, std::vector<JobKey> keys)
        : store_(store),
          members_(std::move(members)),
          keys_(std::move(keys)) {}

    /// Fewer jobs than `count` mean the end of the list; jobs that were deleted meanwhile are omitted.
    JobsRead read(std::size_t count) {
        std::vector<model::Job> jobs;
        while (jobs.size() < count && next_ < keys_.size()) {
            const std::size_t missing = std::min(count - jobs.size(), keys_.size() - next_);
            const auto first = keys_.begin() + static_cast<std::ptrdiff_t>(next_);
            std::vector<JobKey> keys(first, first + static_cast<std::ptrdiff_t>(missing));
            next_ += missing;
            Result<std::vector<model::Job>> found = co_await store_.find_jobs_by_key(std::move(keys));
            if (!found) co_return std::unexpected(std::move(found.error()));
            std::ranges::move(*found, std::back_inserter(jobs));
        }
        co_return co_await members_.add(std::move(jobs));
    }

private:
    store::JobStore& store_;
    JobMemberReader members_;
    std::vector<JobKey> keys_;
    std::size_t next_{0};
};

AsyncResponse found_response(const ApiRequest& request, JobMembers members, std::vector<JobKey> keys) {
    const auto found = std::make_shared<FoundJobs>(*request.api.store.jobs, JobMemberReader{request, members},
                                                   std::move(keys));
    auto first = co_await found->read(kFirstRows);
    if (!first) co_return request.error(first.error());
    if (first->size() < kFirstRows) co_return rows_response(std::move(*first));
    http::Response response = json_response(200, {});
    response.stream = std::make_shared<ListStream<ListedJob>>(
        std::move(*first), kFirstRows,
        [found](const ListedJob&, std::size_t count) { return found->read(count); });
    co_return response;
}

}  // namespace

bool is_search(const Query& query) {
    return std::ranges::any_of(kFilters,
                               [&](std::string_view filter) { return query.first(filter).has_value(); });
}

AsyncResponse search_jobs(ApiRequest request, Query query) {
    ProblemList problems;
    const JobMembers members = job_members(query, problems);
    const std::int64_t max_limit = members.any() ? kExtendedLimit : kListLimit;
    store::JobSearch search = SearchReader{query, problems, max_limit}.read(request.caller.visible_tenant);
    if (problems.any()) co_return request.error(problems.problems());
    if (search.limit == 0) co_return json_response(200, "[]");
    const std::size_t limit = search.limit++;
    const JobOrder order = search.order;
    auto page = co_await request.api.store.listings->search_jobs(std::move(search));
    if (!page) co_return request.error(page.error());
    if (page->places.size() > limit) {
        page->places.resize(limit);
        page->next = page->places.back();
    }
    std::vector<JobKey> keys;
    for (const store::JobPlace& place : page->places) keys.push_back(place.key);
    http::Response response = co_await found_response(request, members, std::move(keys));
    if (page->next && response.status == 200)
        add_next_page(response, request, query, cursor_of(*page->next, order));
    co_return response;
}

}  // namespace ecron::management
