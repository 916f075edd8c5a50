#pragma once
#include <expected>
#include <string>
#include <utility>
#include <vector>

#include "ecron/client/exit_code.hpp"

namespace ecron::client {

/// Why a command ends: its exit code, and the lines that explain it.
struct Failure {
    ExitCode code{ExitCode::refused};
    std::vector<std::string> lines;
};

template <class T> using Outcome = std::expected<T, Failure>;

[[nodiscard]] inline std::unexpected<Failure> failed(ExitCode code, std::string line) {
    return std::unexpected(Failure{code, {std::move(line)}});
}

}  // namespace ecron::client
