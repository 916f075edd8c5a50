#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "ecron/model/messages.hpp"
#include "management/answers.hpp"
#include "management/call.hpp"
#include "management/query.hpp"

/// Lists answer bare arrays, newest first. Where more rows follow, the answer's header fields tell how to go
/// on: `Link: <…>; rel="next"` (RFC 8288) and `X-Next-After`, the cursor for `after`.
namespace ecron::management {

inline constexpr std::int64_t kListLimit = 1'000;  // rows in one answer
inline constexpr std::int64_t kListDefault = 20;   // of jobs
inline constexpr std::int64_t kMostPages = 1'000'000'000'000;

/// Tells how to go on behind the last row shown.
inline void tell_next(http::Response& response, const Call& call, const Query& query,
                      const std::string& after) {
    response.headers.push_back(
        {"Link", '<' + call.request.path + '?' + query.continued(after) + ">; rel=\"next\""});
    response.headers.push_back({"X-Next-After", after});
}

/// `rows` may hold one more than `limit`: it only tells that there is a next page.
template <class Row>
http::Response list_answer(const Call& call, const Query& query, const std::vector<Row>& rows,
                           std::size_t limit, std::string (*cursor_of)(const Row&)) {
    const std::size_t shown = std::min(rows.size(), limit);
    std::string body{"["};
    for (std::size_t i = 0; i < shown; ++i) {
        if (i != 0) body += ',';
        model::append_json(body, rows[i]);
    }
    http::Response response = json_answer(200, std::move(body += ']'));
    if (rows.size() > shown && shown > 0) tell_next(response, call, query, cursor_of(rows[shown - 1]));
    return response;
}

}  // namespace ecron::management
