#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <utility>
#include <vector>

/// How a function says that it could not: a Result that the caller acts on. Programs read the code, people
/// the text.
namespace ecron {

enum class Errc : std::uint8_t {
    invalid,  // the caller's input is wrong; `fields` names what
    not_found,
    conflict,         // a name is taken, or a revision is not the current one
    unauthenticated,  // it is not known who is calling
    denied,
    too_large,
    too_many,  // a limit of the caller's; try later
    timeout,
    unavailable,  // a dependency is down; try later
    internal,     // a defect or a broken invariant
};

struct Error {
    Errc code{Errc::internal};
    std::string what;                   // one sentence for people, without secrets
    std::vector<std::string> fields{};  // the inputs it is about, most important first
};

template <class T> using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(Errc code, std::string what,
                                                 std::vector<std::string> fields = {}) {
    return std::unexpected(Error{code, std::move(what), std::move(fields)});
}

}  // namespace ecron
