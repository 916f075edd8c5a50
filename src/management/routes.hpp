#pragma once
#include <string_view>
#include <vector>

#include "management/call.hpp"

/// Every route once: what serves it and what the OpenAPI document says of it.
namespace ecron::management {

enum class Under : std::uint8_t {
    prefix,  // of the API
    root,
    both,
    callback,  // the configured path that targets report to
};
/// What a caller must be allowed to; a new route says it here, or does not compile.
enum class Needs : std::uint8_t {
    nothing,  // for anybody, without a token
    scrape,   // as read, unless metrics are public
    read,
    write,  // this and the next two are answered 503 by a process that takes no writes
    execute,
    report,
    admin,
};

struct Route {
    http::Method method;
    Under under;
    std::string_view pattern;  // at most one variable, ":name", a whole segment
    std::string_view name;     // the operation's, unique
    Handler handler;
    Needs needs;
    std::string_view summary;
    std::vector<std::string_view> parameters;  // names of query parameters and header fields
    std::string_view request;                  // schema of the body; "Name[]" is a list; empty: none is read
    unsigned success;                          // its status
    std::string_view answer;                   // schema of its body; empty: an empty body
    std::vector<std::string_view> header_fields;  // that come with it
    std::vector<unsigned> refusals;               // statuses besides 500
};

const std::vector<Route>& routes();

[[nodiscard]] std::string_view text_of(http::Method method);

}  // namespace ecron::management
