#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ecron/model/messages.hpp"
#include "management/answers.hpp"
#include "management/call.hpp"
#include "management/list_stream.hpp"
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

/// Small lists are answered at once; what is larger than a piece is written while it is sent.
template <class Row> http::Response rows_answer(std::vector<Row> rows) {
    http::Response response = json_answer(200, {});
    if (bytes_of(rows) > kPieceBytes) {
        response.stream = std::make_shared<ListStream<Row>>(std::move(rows));
        return response;
    }
    response.body = '[';
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (i != 0) response.body += ',';
        model::append_json(response.body, rows[i]);
    }
    response.body += ']';
    return response;
}

/// `rows` may hold one more than `limit`: it only tells that there is a next page.
template <class Row>
http::Response list_answer(const Call& call, const Query& query, std::vector<Row> rows, std::size_t limit,
                           std::string (*cursor_of)(const Row&)) {
    const std::size_t shown = std::min(rows.size(), limit);
    const bool more = rows.size() > shown && shown > 0;
    rows.resize(shown);
    const std::string after = more ? cursor_of(rows.back()) : std::string{};
    http::Response response = rows_answer(std::move(rows));
    if (more) tell_next(response, call, query, after);
    return response;
}

}  // namespace ecron::management
