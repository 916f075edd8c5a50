#pragma once
#include <algorithm>
#include <string_view>
#include <vector>

#include "management/api_request.hpp"

/// The table of routes: the handler of each route and its description in the OpenAPI document.
namespace ecron::management {

enum class Mount : std::uint8_t {
    prefix,  // the API's prefix
    root,
    both,
    callback,  // the configured path for reports of targets
};
/// The permission that a caller needs; a new route does not compile without one.
enum class Access : std::uint8_t {
    anonymous,      // no authentication
    authenticated,  // authentication; no permission
    scrape,         // same as read, unless metrics are public
    read,
    write,  // this and the next two are answered 503 by a process that does not accept writes
    execute,
    report,
    admin,
};

struct Route {
    http::Method method;
    Mount mount;
    std::string_view pattern;  // at most one variable, ":name", as a whole segment
    std::string_view name;     // name of the operation, unique
    Handler handler;
    Access access;
    std::string_view summary;
    std::vector<std::string_view>
        parameters;  // names of query parameters, and of header fields, which begin with a capital letter
    std::string_view request;   // schema of the body; "Name[]" is a list; empty: no body is read
    unsigned success;           // status
    std::string_view response;  // schema of the response body; empty: no body
    std::vector<std::string_view> header_fields;  // of the response
    std::vector<unsigned> error_statuses;         // statuses besides 500
    std::vector<std::string_view> repeatable{};   // query parameters of which all values count
};

const std::vector<Route>& routes();

/// Returns true if the route acts for a tenant; it then has the parameters `tenant` and `strict`.
[[nodiscard]] inline bool is_for_tenant(const Route& route) {
    return route.access != Access::anonymous && route.access != Access::scrape;
}

/// Returns true if all values of a repeated query parameter count.
[[nodiscard]] inline bool is_repeatable(const Route& route, std::string_view parameter) {
    return std::ranges::find(route.repeatable, parameter) != route.repeatable.end();
}

[[nodiscard]] std::string_view text_of(http::Method method);

}  // namespace ecron::management
