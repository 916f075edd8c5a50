#pragma once
#include <string>
#include <string_view>
#include <utility>

#include "ecron/base/error.hpp"
#include "ecron/model/json.hpp"
#include "ecron/model/messages.hpp"
#include "management/http/query.hpp"

namespace ecron::management {

/// Collects what is wrong with the parameters of a query, each with its reason.
class ProblemList {
public:
    void add(std::string_view field, std::string reason) {
        problems_.push_back(
            {std::string{model::cause::kInvalidParameter}, std::string{field}, std::move(reason)});
    }
    /// Returns the value of a Query, or adds the error's fields and returns a default. `otherwise`: the
    /// reason if the cause implies none.
    template <class T> T value(Result<T> result, std::string_view otherwise = {}) {
        if (result) return std::move(*result);
        for (const std::string& field : result.error().fields) {
            const std::string_view reason = reason_of(result.error().what, field);
            problems_.push_back(
                {result.error().what, field, std::string{reason.empty() ? otherwise : reason}});
        }
        return T{};
    }
    [[nodiscard]] bool any() const { return !problems_.empty(); }
    [[nodiscard]] const model::Problems& problems() const { return problems_; }

private:
    model::Problems problems_;
};

}  // namespace ecron::management
