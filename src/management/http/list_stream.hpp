#pragma once
#include <algorithm>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "ecron/base/error.hpp"
#include "ecron/http/message.hpp"
#include "ecron/model/json.hpp"
#include "ecron/store/audit.hpp"
#include "ecron/store/listings.hpp"
#include "ecron/store/outbox.hpp"

namespace ecron::management {

/// Maximum size of one piece of a response: creating a piece delays other requests by less than a
/// millisecond.
inline constexpr std::size_t kPieceBytes = 64UL * 1024;
/// Target size of a page of rows, based on the average row of the previous page.
inline constexpr std::size_t kPageBytes = 512UL * 1024;

/// Approximate memory of a row.
inline std::size_t bytes_of(const model::Job& job) {
    return sizeof job + job.context.size() + job.remarks.size();
}
inline std::size_t bytes_of(const model::Execution& execution) {
    return sizeof execution + execution.result.size() + execution.extra.size() + execution.snapshot.size();
}
inline std::size_t bytes_of(const store::AuditEntry& entry) {
    return sizeof entry + entry.subject.size() + entry.object.size() + entry.difference.size();
}
inline std::size_t bytes_of(const store::DeadLetter& letter) {
    return sizeof letter + letter.url.size() + letter.reason.size();
}

std::size_t bytes_of(const store::ExecutionSummary& summary);
std::size_t bytes_of(const store::MissedSummary& missed);

/// Appends a row as shown in its list.
inline void append_row(std::string& out, const model::Job& job) { model::append_json(out, job); }
inline void append_row(std::string& out, const model::Execution& execution) {
    model::append_json(out, execution);
}
void append_row(std::string& out, const store::AuditEntry& entry);
void append_row(std::string& out, const store::DeadLetter& letter);
void append_row(std::string& out, const store::ExecutionSummary& summary);
void append_row(std::string& out, const store::MissedSummary& missed);

template <class Row> std::size_t bytes_of(const std::vector<Row>& rows) {
    std::size_t bytes = 0;
    for (const Row& row : rows) bytes += bytes_of(row);
    return bytes;
}

/// A JSON array that is sent while it is read: one page of rows is in memory, and the next one is read after
/// the client has received it. Pages are sized by bytes, so that large rows are read in small numbers. If the
/// store fails after the first page, the connection is closed, so that the client does not mistake the part
/// for the whole. Row: any type with bytes_of() and append_row().
template <class Row> class ListStream final : public http::BodyStream {
public:
    using Page = boost::asio::awaitable<Result<std::vector<Row>>>;
    /// Reads at most `count` rows after `last`; fewer rows mean the end of the list.
    using NextPage = std::function<Page(const Row& last, std::size_t count)>;

    /// For a complete list of rows.
    explicit ListStream(std::vector<Row> rows) : ListStream(std::move(rows), SIZE_MAX, {}) {}
    /// `requested`: the requested number of rows of the first page; fewer rows mean the end of the list.
    ListStream(std::vector<Row> first, std::size_t requested, NextPage next_page)
        : next_page_(std::move(next_page)) {
        take(std::move(first), requested);
    }

    boost::asio::awaitable<std::optional<std::string>> next() override {
        if (ended_) co_return std::nullopt;
        if (shown_ == rows_.size() && !is_last_) {
            const Row last = std::move(rows_.back());
            const std::size_t count = std::clamp<std::size_t>(kPageBytes / average_, 1, kMaxRows);
            Result<std::vector<Row>> rows = co_await next_page_(last, count);
            if (!rows) throw std::runtime_error("list was interrupted: " + rows.error().what);
            take(std::move(*rows), count);
        }
        co_return piece();
    }

    [[nodiscard]] std::size_t held() const override { return held_; }

private:
    static constexpr std::size_t kMaxRows = 1'000;

    void take(std::vector<Row> rows, std::size_t requested) {
        rows_ = std::move(rows);
        shown_ = 0;
        is_last_ = rows_.size() < requested;
        held_ = bytes_of(rows_);
        if (!rows_.empty()) average_ = std::max<std::size_t>(1, held_ / rows_.size());
    }

    std::string piece() {
        std::string piece;
        for (; shown_ < rows_.size() && piece.size() < kPieceBytes; ++shown_) {
            Row& row = rows_[shown_];
            piece += std::exchange(begun_, true) ? ',' : '[';
            append_row(piece, row);
            held_ -= bytes_of(row);
            if (shown_ + 1 < rows_.size()) row = Row{};  // the last row is the cursor of the next page
        }
        ended_ = is_last_ && shown_ == rows_.size();
        if (ended_) piece += begun_ ? "]" : "[]";
        return piece;
    }

    std::vector<Row> rows_;
    NextPage next_page_;
    std::size_t shown_{0};    // rows of this page already shown
    std::size_t held_{0};     // bytes of the rows not yet shown
    std::size_t average_{1};  // average bytes per row
    bool is_last_{false};     // page
    bool begun_{false};
    bool ended_{false};
};

}  // namespace ecron::management
