#pragma once
#include <string>
#include <string_view>

#include "ecron/base/error.hpp"

/// Causes of refused authentication; clients match these texts.
namespace ecron::auth {

inline constexpr std::string_view kInvalidToken = "Invalid token";
inline constexpr std::string_view kTokenExpired = "Token expired";
inline constexpr std::string_view kEmptyToken = "Empty token";

inline std::unexpected<Error> refused(std::string_view cause) {
    return fail(Errc::unauthenticated, std::string{cause}, {"Authorization"});
}

}  // namespace ecron::auth
