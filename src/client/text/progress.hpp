#pragma once
#include <cstddef>
#include <string>

#include "ecron/client/environment.hpp"

namespace ecron::client {

/// A line "123/1000" on standard error while long work proceeds, if this is a terminal.
class Progress {
public:
    Progress(const Environment& environment, std::size_t total);
    ~Progress();  // removes the line
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    void step();

private:
    const Environment& environment_;
    std::size_t total_, done_{0}, shown_{0};
};

}  // namespace ecron::client
