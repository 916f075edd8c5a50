#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace ecron::client {

/// The exit codes of the client commands, which docs/cli.md lists.
enum class ExitCode : std::uint8_t { good, refused, usage, unreachable, unauthorized };

struct ExitCodeText {
    ExitCode code;
    std::string_view meaning;
};
inline constexpr std::array kExitCodes{
    ExitCodeText{ExitCode::good, "success; `diff`: there are no differences"},
    ExitCodeText{
        ExitCode::refused,
        "the server refused the request, the object does not exist, an execution that the command waited for "
        "failed; `diff`: there are differences"},
    ExitCodeText{ExitCode::usage,
                 "invalid command line, file or profile; nothing was sent; `import`: lines could not be "
                 "read, the others were converted"},
    ExitCodeText{ExitCode::unreachable, "the server could not be reached, or answered 503 or 429"},
    ExitCodeText{ExitCode::unauthorized, "the token is missing or invalid, or lacks a permission (401, 403)"},
};

}  // namespace ecron::client
