#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <utility>
#include <vector>

/// Error type for recoverable failures: a Result that the caller must check. Programs use the code, people
/// the text.
namespace ecron {

enum class Errc : std::uint8_t {
    invalid,  // invalid input; `fields` names the inputs
    not_found,
    conflict,         // a name is taken, or a revision is not current
    unauthenticated,  // the caller is not authenticated
    denied,
    too_large,
    too_many,  // the caller exceeded a limit; retry later
    timeout,
    unavailable,  // a dependency is unavailable; retry later
    internal,     // a defect or a violated invariant
};

struct Error {
    Errc code{Errc::internal};
    std::string what;                   // one sentence for people, without secrets
    std::vector<std::string> fields{};  // the inputs concerned, most important first
};

template <class T> using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(Errc code, std::string what,
                                                 std::vector<std::string> fields = {}) {
    return std::unexpected(Error{code, std::move(what), std::move(fields)});
}

}  // namespace ecron
