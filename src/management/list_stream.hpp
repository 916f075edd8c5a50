#pragma once
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "ecron/base/error.hpp"
#include "ecron/http/message.hpp"
#include "ecron/model/json.hpp"

namespace ecron::management {

/// A JSON array that is sent while it is read: one page of rows is in memory, and the next one is read when
/// the client has taken it. An error of the store after the first page ends the connection, so that the
/// client does not take the part for the whole. Row: anything that model::append_json() writes.
template <class Row> class ListStream final : public http::BodyStream {
public:
    using Page = boost::asio::awaitable<Result<std::vector<Row>>>;
    /// Reads the rows behind `last`; a page with fewer rows than `page` is the last one.
    using NextPage = std::function<Page(const Row& last)>;

    ListStream(std::vector<Row> first, std::size_t page, NextPage next_page)
        : rows_(std::move(first)),
          page_(page),
          next_page_(std::move(next_page)) {}

    boost::asio::awaitable<std::optional<std::string>> next() override {
        if (ended_) co_return std::nullopt;
        if (begun_) {
            const Row last = std::move(rows_.back());
            Result<std::vector<Row>> rows = co_await next_page_(last);
            if (!rows) throw std::runtime_error("a list was cut off: " + rows.error().what);
            rows_ = std::move(*rows);
        }
        std::string piece;
        for (const Row& row : rows_) {
            piece += std::exchange(begun_, true) ? ',' : '[';
            model::append_json(piece, row);
        }
        ended_ = rows_.size() < page_;
        if (ended_) piece += begun_ ? "]" : "[]";
        co_return piece;
    }

private:
    std::vector<Row> rows_;
    std::size_t page_;
    NextPage next_page_;
    bool begun_{false};
    bool ended_{false};
};

}  // namespace ecron::management
