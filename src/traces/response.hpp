#pragma once
#include <optional>
#include <string>

#include "ecron/http/client.hpp"

namespace ecron::traces {

/// What follows from the response to an export. Pure.
struct Assessment {
    std::optional<Millis> retry_after{};  // the wait before the next try; nullopt: the export has ended
    std::size_t rejected{0};              // spans that the collector did not accept, if the export has ended
    std::string reason{};                 // of the retry or of the rejection; empty: everything was accepted
};

/// `failures`: tries that failed in a row, including this one if it failed. `uniform` is in [0, 1).
[[nodiscard]] Assessment assess(const Result<http::ClientResponse>& response, std::size_t spans,
                                std::size_t failures, double uniform);

}  // namespace ecron::traces
