#pragma once
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

#include "ecron/base/time.hpp"
#include "ecron/client/exit_code.hpp"

namespace ecron::client {

/// Which of the standard streams are terminals. Colours and progress need one.
struct Terminals {
    bool in{}, out{}, err{};
};
[[nodiscard]] Terminals process_terminals();

/// What a client command uses of its process.
struct Environment {
    std::ostream& out;
    std::ostream& err;
    const Clock& clock;
    const std::map<std::string, std::string>& variables;
    Terminals terminals{};

    /// The variable's value; empty if it is not set.
    [[nodiscard]] std::string variable(const std::string& name) const;
    [[nodiscard]] bool has_colours() const;
};

/// Writes "ecron: LINE" for each line to standard error.
void complain(const Environment& environment, const std::vector<std::string>& lines);

}  // namespace ecron::client
