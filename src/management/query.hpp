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

/// Parameters and variables of a request, checked. Errors are `invalid`, with the cause that clients match as
/// text.
namespace ecron::management {

/// Unknown parameters are ignored; of a repeated single one the first counts; an empty one counts as absent.
class Query {
public:
    static Result<Query> read(std::string_view text);

    [[nodiscard]] std::optional<std::string_view> first(std::string_view name) const;
    /// Every value of that name, also the empty ones, each once.
    [[nodiscard]] std::vector<std::string> all(std::string_view name) const;

    [[nodiscard]] Result<std::optional<Instant>> time(std::string_view name) const;
    /// `begin_at` and `end_at`, in order; equal ones are allowed.
    struct Range {
        std::optional<Instant> begin{}, end{};
    };
    [[nodiscard]] Result<Range> range() const;
    [[nodiscard]] Result<std::optional<model::JobType>> job_type() const;
    [[nodiscard]] Result<std::optional<model::ExecutionState>> job_status() const;
    /// A whole number not below `least`; absent: `fallback`.
    [[nodiscard]] Result<std::int64_t> number(std::string_view name, std::int64_t least,
                                              std::int64_t fallback) const;
    /// The cursor `after`.
    [[nodiscard]] Result<std::optional<std::int64_t>> cursor() const;
    /// The cursor `after` of a list of executions, as text_of() writes it.
    [[nodiscard]] Result<std::optional<store::ExecutionCursor>> execution_cursor() const;

    /// The same query with `after` in place of `after` and `page`.
    [[nodiscard]] std::string continued(std::string_view after) const;

private:
    explicit Query(std::vector<http::QueryParameter> parameters) : parameters_(std::move(parameters)) {}
    std::vector<http::QueryParameter> parameters_;
};

/// SECONDS-KEY of the row's start.
[[nodiscard]] std::string text_of(const store::ExecutionCursor& cursor);

/// Whether the store may be asked for it: valid UTF-8 without NUL.
[[nodiscard]] bool is_text(std::string_view bytes);
/// Whether a job or an execution can have this id; what cannot is unknown without a look.
[[nodiscard]] bool can_be_id(std::string_view text);
/// "a,b,c" → its elements, also the empty ones, each once.
[[nodiscard]] std::vector<std::string> split_ids(std::string_view list);

}  // namespace ecron::management
