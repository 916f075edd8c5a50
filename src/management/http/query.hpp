#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/base/error.hpp"
#include "ecron/base/time.hpp"
#include "ecron/http/message.hpp"
#include "ecron/model/execution.hpp"
#include "ecron/store/store.hpp"

/// Validated parameters and variables of a request. Errors are `invalid`, with the cause that clients match
/// as text.
namespace ecron::management {

/// Unknown parameters are ignored; the first one of a repeated single parameter counts; an empty one counts
/// as absent.
class Query {
public:
    static Result<Query> read(std::string_view text);

    [[nodiscard]] std::optional<std::string_view> first(std::string_view name) const;
    /// Returns every value of that name, including empty ones, without duplicates.
    [[nodiscard]] std::vector<std::string> all(std::string_view name) const;

    [[nodiscard]] Result<std::optional<Instant>> time(std::string_view name) const;
    /// `begin_at` and `end_at`, in order; both may be equal.
    struct Range {
        std::optional<Instant> begin{}, end{};
    };
    [[nodiscard]] Result<Range> range() const;
    [[nodiscard]] Result<std::optional<model::JobType>> job_type() const;
    [[nodiscard]] Result<std::optional<model::ExecutionState>> job_status() const;
    /// Returns an integer of at least `min`; `fallback` if absent.
    [[nodiscard]] Result<std::int64_t> number(std::string_view name, std::int64_t min,
                                              std::int64_t fallback) const;
    /// Returns the cursor `after`.
    [[nodiscard]] Result<std::optional<std::int64_t>> cursor() const;
    /// Returns the cursor `after` of a list of executions, in the format of text_of().
    [[nodiscard]] Result<std::optional<store::ExecutionCursor>> execution_cursor() const;

    /// Returns the same query with the given `after` instead of `after` and `page`.
    [[nodiscard]] std::string continued(std::string_view after) const;

private:
    explicit Query(std::vector<http::QueryParameter> parameters) : parameters_(std::move(parameters)) {}
    std::vector<http::QueryParameter> parameters_;
};

/// Returns what the parameter must be, for a cause with which Query refuses it; empty for others.
[[nodiscard]] std::string_view reason_of(std::string_view error, std::string_view parameter);

/// Returns SECONDS-KEY of the row's start.
[[nodiscard]] std::string text_of(const store::ExecutionCursor& cursor);

/// Returns true if the text can be passed to the store: valid UTF-8 without NUL.
[[nodiscard]] bool is_text(std::string_view bytes);
/// Returns true if a job or an execution can have this id; other ids are unknown without a lookup.
[[nodiscard]] bool can_be_id(std::string_view text);
/// Splits "a,b,c" into its elements, including empty ones, without duplicates.
[[nodiscard]] std::vector<std::string> split_ids(std::string_view list);

}  // namespace ecron::management
