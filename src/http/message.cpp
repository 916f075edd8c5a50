#include "ecron/http/message.hpp"

#include <algorithm>
#include <boost/url/encode.hpp>
#include <boost/url/pct_string_view.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include "http/ascii.hpp"

namespace ecron::http {
namespace urls = boost::urls;
namespace {

/// A name or value of a form: '+' is a space; a malformed escape sequence is kept as is, as browsers do.
std::string decode_form(std::string_view text) {
    std::string spaced{text};
    std::ranges::replace(spaced, '+', ' ');
    return percent_decode(spaced).value_or(spaced);
}

}  // namespace

std::string_view Request::header(std::string_view name) const {
    const auto found =
        std::ranges::find_if(headers, [&](const Header& header) { return iequals(header.name, name); });
    return found == headers.end() ? std::string_view{} : std::string_view{found->value};
}

std::vector<QueryParameter> parse_query(std::string_view query) {
    std::vector<QueryParameter> parameters;
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
        if (pair.empty()) continue;
        const std::size_t equals = pair.find('=');
        const std::string_view value = equals == pair.npos ? std::string_view{} : pair.substr(equals + 1);
        parameters.push_back({decode_form(pair.substr(0, equals)), decode_form(value)});
    }
    return parameters;
}

std::optional<std::string> percent_decode(std::string_view text) {
    const auto valid = urls::make_pct_string_view(text);
    return valid ? std::optional{valid->decode()} : std::nullopt;
}

std::string percent_encode(std::string_view text) { return urls::encode(text, urls::unreserved_chars); }

}  // namespace ecron::http
