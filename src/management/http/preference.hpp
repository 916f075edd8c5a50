#pragma once
#include <algorithm>
#include <cctype>
#include <string_view>

#include "ecron/http/message.hpp"

namespace ecron::management {

/// Returns true if the client prefers the changed object in the response to a change:
/// `Prefer: return=representation` (RFC 7240).
[[nodiscard]] inline bool wants_representation(const http::Request& request) {
    constexpr std::string_view kWanted = "return=representation";
    std::string_view preferences = request.header("Prefer");
    while (!preferences.empty()) {
        std::string_view one = preferences.substr(0, preferences.find(','));
        preferences.remove_prefix(std::min(one.size() + 1, preferences.size()));
        one = one.substr(0, one.find(';'));
        one.remove_prefix(std::min(one.find_first_not_of(" \t"), one.size()));
        one = one.substr(0, one.find_last_not_of(" \t") + 1);
        const auto is_same = [](char left, char right) {
            return std::tolower(static_cast<unsigned char>(left)) == right;
        };
        if (std::ranges::equal(one, kWanted, is_same)) return true;
    }
    return false;
}

/// States in the response that the preference was followed.
inline void add_preference_applied(http::Response& response) {
    response.headers.push_back({"Preference-Applied", "return=representation"});
}

}  // namespace ecron::management
