#pragma once
#include "ecron/base/error.hpp"

/// Exit codes of the service and of the commands for it; docs/operations.md lists them. The commands of the
/// client have their own (ecron/client/exit_code.hpp).
namespace ecron::app {

inline constexpr int kExitGood = 0;
inline constexpr int kExitBad = 1;        // the check failed or the object does not exist
inline constexpr int kExitWrong = 2;      // invalid command line or configuration: a restart does not help
inline constexpr int kExitTemporary = 3;  // the service could not start or continue, and a restart may help

/// The exit code of the service after this error.
inline int exit_code_of(const Error& error) {
    const bool may_pass =
        error.code == Errc::unavailable || error.code == Errc::timeout || error.code == Errc::conflict;
    return may_pass ? kExitTemporary : kExitWrong;
}

}  // namespace ecron::app
