#pragma once
#include <string_view>
#include <vector>

#include "management/api_request.hpp"

/// The table of routes: the handler of each route and its description in the OpenAPI document.
namespace ecron::management {

enum class Under : std::uint8_t {
    prefix,  // the API's prefix
    root,
    both,
    callback,  // the configured path for reports of targets
};
/// The permission that a caller needs; a new route does not compile without one.
enum class Needs : std::uint8_t {
    nothing,  // no authentication
    scrape,   // same as read, unless metrics are public
    read,
    write,  // this and the next two are answered 503 by a process that does not accept writes
    execute,
    report,
    admin,
};

struct Route {
    http::Method method;
    Under under;
    std::string_view pattern;  // at most one variable, ":name", as a whole segment
    std::string_view name;     // name of the operation, unique
    Handler handler;
    Needs needs;
    std::string_view summary;
    std::vector<std::string_view> parameters;  // names of query parameters and header fields
    std::string_view request;  // schema of the body; "Name[]" is a list; empty: no body is read
    unsigned success;          // status
    std::string_view answer;   // schema of the response body; empty: no body
    std::vector<std::string_view> header_fields;  // of the response
    std::vector<unsigned> refusals;               // statuses besides 500
};

const std::vector<Route>& routes();

[[nodiscard]] std::string_view text_of(http::Method method);

}  // namespace ecron::management
