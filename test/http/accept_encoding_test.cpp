#include "ecron/http/accept_encoding.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace ecron::http;

TEST_CASE("a client weighs content codings", "[http]") {
    const auto [accepted, coding, weight] = GENERATE(table<std::string, std::string, std::optional<int>>({
        {"br", "br", 1000},
        {"BR;Q=0.5", "br", 500},
        {"gzip;q=0.123, br;q=1.000", "gzip", 123},
        {"gzip ; q=0.5", "gzip", 500},
        {"br;level=4;q=0.2", "br", 200},
        {"x-gzip;q=0.7", "gzip", 700},
        {"*;q=0.3", "br", 300},
        {"*;q=0.3, br", "br", 1000},
        {"br;q=0", "br", 0},
        {"br;q=0.", "br", 0},
        {"*;q=0", "identity", 0},
        {"gzip", "br", std::nullopt},
        {"", "br", std::nullopt},
        {"brotli", "br", std::nullopt},
        // malformed weights
        {"br;q=2", "br", 0},
        {"br;q=0.1234", "br", 0},
        {"br;q=-1", "br", 0},
        {"br;q=", "br", 0},
        {"br;q=1.9", "br", 1000},
    }));
    CAPTURE(accepted, coding);
    CHECK(coding_weight(accepted, coding) == weight);
}
