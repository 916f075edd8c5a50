#include "ecron/client/environment.hpp"

#include <unistd.h>

#include <ostream>

namespace ecron::client {

Terminals process_terminals() {
    return {::isatty(STDIN_FILENO) == 1, ::isatty(STDOUT_FILENO) == 1, ::isatty(STDERR_FILENO) == 1};
}

std::string Environment::variable(const std::string& name) const {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string{} : found->second;
}

/// NO_COLOR disables colours if it is set to any text (https://no-color.org).
bool Environment::has_colours() const { return terminals.out && variable("NO_COLOR").empty(); }

void complain(const Environment& environment, const std::vector<std::string>& lines) {
    for (const std::string& line : lines) environment.err << "ecron: " << line << '\n';
}

}  // namespace ecron::client
