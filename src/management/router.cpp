#include "management/router.hpp"

namespace ecron::management {
namespace {

Router::Path path_of(std::size_t route, std::string_view base, std::string_view pattern) {
    const std::size_t colon = pattern.find(':');
    Router::Path path{route, std::string{base}, {}, {}};
    path.head += pattern.substr(0, colon);
    if (colon == pattern.npos) return path;
    const std::string_view rest = pattern.substr(colon + 1);
    const std::size_t slash = rest.find('/');
    path.variable = rest.substr(0, slash);
    if (slash != rest.npos) path.tail = rest.substr(slash);
    return path;
}

/// Returns the value of the variable ("" if the path has none), or nullopt if the path does not match.
std::optional<std::string_view> match(const Router::Path& path, std::string_view text) {
    if (!text.starts_with(path.head)) return std::nullopt;
    text.remove_prefix(path.head.size());
    if (path.variable.empty()) return text.empty() ? std::optional{text} : std::nullopt;
    if (!text.ends_with(path.tail)) return std::nullopt;
    text.remove_suffix(path.tail.size());
    if (text.empty() || text.contains('/')) return std::nullopt;
    return text;
}

bool serves(http::Method offered, http::Method asked) {
    return offered == asked || (offered == http::Method::get && asked == http::Method::head);
}

}  // namespace

Router::Router(const Options& options) {
    for (std::size_t i = 0; i < routes().size(); ++i) {
        const Route& route = routes()[i];
        const bool is_callback = route.mount == Mount::callback;
        if (route.mount == Mount::prefix || route.mount == Mount::both)
            paths_.push_back(path_of(i, options.prefix, route.pattern));
        if (route.mount == Mount::root || route.mount == Mount::both)
            paths_.push_back(path_of(i, "", route.pattern));
        if (is_callback) paths_.push_back(path_of(i, options.callback_path, route.pattern));
    }
}

std::optional<Router::Match> Router::find(http::Method method, std::string_view path) const {
    for (const Path& candidate : paths_) {
        if (!serves(routes()[candidate.route].method, method)) continue;
        if (const auto variable = match(candidate, path)) return Match{candidate.route, *variable};
    }
    return std::nullopt;
}

std::string Router::allowed(std::string_view path) const {
    std::string methods;
    for (const Path& candidate : paths_) {
        if (!match(candidate, path)) continue;
        const http::Method method = routes()[candidate.route].method;
        if (!methods.empty()) methods += ", ";
        methods += text_of(method);
        if (method == http::Method::get) methods += ", HEAD";
    }
    return methods;
}

}  // namespace ecron::management
