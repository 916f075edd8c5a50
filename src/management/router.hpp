#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/management/api.hpp"
#include "management/routes.hpp"

namespace ecron::management {

/// Finds the route of a request. Paths are case sensitive and compared as sent, without decoding. Cost: a few
/// text comparisons, no allocation.
class Router {
public:
    explicit Router(const Options& options);

    struct Match {
        std::size_t route{};
        std::string_view variable{};  // as sent, still encoded
    };
    /// HEAD matches the routes of GET.
    [[nodiscard]] std::optional<Match> find(http::Method method, std::string_view path) const;
    /// Returns the value of `Allow`; empty if no route has this path.
    [[nodiscard]] std::string allowed(std::string_view path) const;

    struct Path {
        std::size_t route{};
        std::string head;      // up to the variable, or the whole path
        std::string variable;  // its name; empty: none
        std::string tail;      // after the variable
    };
    /// In the order of the table; a route under `both` has two paths.
    [[nodiscard]] const std::vector<Path>& paths() const { return paths_; }

private:
    std::vector<Path> paths_;
};

}  // namespace ecron::management
