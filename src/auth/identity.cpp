#include "ecron/auth/identity.hpp"

#include <algorithm>
#include <cassert>

#include "auth/error_causes.hpp"
#include "ecron/base/text.hpp"

namespace ecron::auth {

Permissions ScopeMap::permissions(std::string_view scope) const {
    Permissions granted;
    while (!scope.empty()) {
        const std::size_t space = std::min(scope.find(' '), scope.size());
        const std::string_view word = scope.substr(0, space);
        scope.remove_prefix(std::min(space + 1, scope.size()));
        for (std::size_t i = 0; i < granting_.size(); ++i)
            if (std::ranges::find(granting_[i], word) != granting_[i].end())
                granted.grant(static_cast<Permission>(i));
    }
    return granted;
}

std::string_view ScopeMap::needed_for(Permission permission) const {
    const auto index = static_cast<std::size_t>(permission);
    if (index >= granting_.size() || granting_[index].empty()) return {};
    return granting_[index].front();
}

bool can_be_tenant(std::string_view client) {
    constexpr std::ptrdiff_t kMaxCharacters = 36;
    const auto begins_character = [](char byte) {
        return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
    };
    return !client.empty() && client != "*" &&
           std::ranges::count_if(client, begins_character) <= kMaxCharacters && name_fault(client).empty();
}

Result<std::string_view> token_of(std::string_view authorization) {
    if (authorization.empty()) return refused(kEmptyToken);
    const std::size_t space = authorization.find(' ');
    if (space == authorization.npos) return refused(kInvalidToken);
    authorization.remove_prefix(std::min(authorization.find_first_not_of(' ', space), authorization.size()));
    if (authorization.empty()) return refused(kEmptyToken);
    return authorization;
}

}  // namespace ecron::auth
