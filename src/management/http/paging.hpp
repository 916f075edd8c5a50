#pragma once
#include <algorithm>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ecron/model/messages.hpp"
#include "management/api_request.hpp"
#include "management/http/list_stream.hpp"
#include "management/http/query.hpp"
#include "management/http/responses.hpp"

/// Lists are returned as arrays, newest first. If more rows follow, header fields state how to continue:
/// `Link: <…>; rel="next"` (RFC 8288) and `X-Next-After`, the cursor for `after`.
namespace ecron::management {

inline constexpr std::int64_t kListLimit = 1'000;    // rows in one response
inline constexpr std::int64_t kListDefault = 20;     // for jobs
inline constexpr std::int64_t kExtendedLimit = 100;  // jobs in one response, with members on request
inline constexpr std::int64_t kMaxPages = 1'000'000'000'000;

/// Adds the header fields for continuing after the last row shown.
inline void add_next_page(http::Response& response, const ApiRequest& request, const Query& query,
                          const std::string& after) {
    response.headers.push_back(
        {"Link", '<' + request.http.path + '?' + query.continued(after) + ">; rel=\"next\""});
    response.headers.push_back({"X-Next-After", after});
}

/// Small lists are written at once; lists larger than one piece are written while they are sent.
template <class Row> http::Response rows_response(std::vector<Row> rows) {
    http::Response response = json_response(200, {});
    if (bytes_of(rows) > kPieceBytes) {
        response.stream = std::make_shared<ListStream<Row>>(std::move(rows));
        return response;
    }
    response.body = '[';
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (i != 0) response.body += ',';
        append_row(response.body, rows[i]);
    }
    response.body += ']';
    return response;
}

/// `rows` may contain one more than `limit`, which only shows that there is a next page.
template <class Row>
http::Response list_response(const ApiRequest& request, const Query& query, std::vector<Row> rows,
                             std::size_t limit, std::string (*cursor_of)(const Row&)) {
    const std::size_t shown = std::min(rows.size(), limit);
    const bool more = rows.size() > shown && shown > 0;
    rows.resize(shown);
    const std::string after = more ? cursor_of(rows.back()) : std::string{};
    http::Response response = rows_response(std::move(rows));
    if (more) add_next_page(response, request, query, after);
    return response;
}

/// Reads at most `count` rows of a list, newest first, that are older than `before`.
template <class Row>
using ReadRows = std::function<boost::asio::awaitable<Result<std::vector<Row>>>(
    std::optional<std::int64_t> before, std::size_t count)>;

/// The newest rows that fit in the memory for a page; for larger lists, the first of them and the last row
/// only.
template <class Row> struct ListFront {
    std::vector<Row> first{};            // all rows, unless `is_large`
    std::optional<std::int64_t> last{};  // key of the last row shown
    bool is_large{false};
    bool continues{false};  // there are more rows after the last one shown
};

/// Rows may be large, and their size determines how many to read next.
inline constexpr std::size_t kFrontRows = 4;

template <class Row>
boost::asio::awaitable<Result<ListFront<Row>>> read_front(ReadRows<Row> read,
                                                          std::optional<std::int64_t> before,
                                                          std::size_t limit) {
    ListFront<Row> front;
    std::size_t shown = 0, bytes = 0;
    for (std::size_t requested = kFrontRows; shown <= limit;) {
        requested = std::min(requested, limit + 1 - shown);
        Result<std::vector<Row>> rows = co_await read(before, requested);
        if (!rows) co_return std::unexpected(rows.error());
        const std::size_t count = rows->size();
        front.continues = shown + count > limit;
        if (front.continues) rows->pop_back();
        shown += count;
        bytes += bytes_of(*rows);
        if (!rows->empty()) before = front.last = rows->back().key;
        front.is_large = bytes > kPageBytes;
        if (front.is_large) front.first.resize(std::min(front.first.size(), kFrontRows));
        if (!front.is_large || front.first.size() < kFrontRows)
            std::ranges::move(*rows, std::back_inserter(front.first));
        if (count < requested) break;
        requested =
            std::clamp<std::size_t>(kPageBytes / std::max<std::size_t>(1, bytes / shown), 1, kListLimit);
    }
    if (front.is_large) front.first.resize(std::min(front.first.size(), kFrontRows));
    co_return front;
}

/// Reads the rows after `before` up to the row `last`.
template <class Row>
boost::asio::awaitable<Result<std::vector<Row>>> read_down_to(ReadRows<Row> read, std::int64_t before,
                                                              std::size_t count, std::int64_t last) {
    Result<std::vector<Row>> rows = co_await read(before, count);
    if (rows) std::erase_if(*rows, [last](const Row& row) { return row.key < last; });
    co_return rows;
}

/// A page of a list: written at once if it is small, otherwise read again while it is sent, so that only a
/// part of it is in memory. The header contains the cursor of the next page.
template <class Row>
AsyncResponse page_response(ApiRequest request, Query query, ReadRows<Row> read,
                            std::optional<std::int64_t> before, std::size_t limit) {
    if (limit == 0) co_return json_response(200, "[]");
    auto front = co_await read_front<Row>(read, before, limit);
    if (!front) co_return request.error(front.error());
    http::Response response;
    if (front->is_large) {
        response = json_response(200, {});
        response.stream = std::make_shared<ListStream<Row>>(
            std::move(front->first), kFrontRows,
            [read, last = *front->last](const Row& behind, std::size_t count) {
                return read_down_to<Row>(read, behind.key, count, last);
            });
    } else {
        response = rows_response(std::move(front->first));
    }
    if (front->continues) add_next_page(response, request, query, std::to_string(*front->last));
    co_return response;
}

}  // namespace ecron::management
