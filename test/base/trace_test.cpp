#include "ecron/base/trace.hpp"

#include <catch2/catch.hpp>

using namespace ecron;

namespace {

const std::string kGiven = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
const std::string kExecution = "0193aaaa-0000-8000-8000-000000000001";

}  // namespace

TEST_CASE("a valid traceparent is accepted, also of a newer version", "[base]") {
    CHECK(read_traceparent(kGiven) == kGiven);
    CHECK(read_traceparent("01" + kGiven.substr(2) + "-more") == kGiven);
    for (const std::string& bad : {std::string{}, kGiven.substr(1), kGiven + "-more", "ff" + kGiven.substr(2),
                                   std::string{"00-00000000000000000000000000000000-00f067aa0ba902b7-00"},
                                   std::string{"00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-00"},
                                   std::string{"00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-00"},
                                   std::string{"00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"}}) {
        CAPTURE(bad);
        CHECK_FALSE(read_traceparent(bad));
    }
}

TEST_CASE("an attempt joins the requested trace with a span of its own", "[base]") {
    const std::string first = attempt_traceparent(kGiven, kExecution, 1);
    CHECK(first.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-"));
    CHECK(first.ends_with("-00"));
    CHECK(read_traceparent(first) == first);
    CHECK(first.substr(36, 16) != kGiven.substr(36, 16));
    CHECK(attempt_traceparent(kGiven, kExecution, 1) == first);
    CHECK(attempt_traceparent(kGiven, kExecution, 2) != first);
}

TEST_CASE("a scheduled execution has a trace of its own, derived from its id", "[base]") {
    const std::string own = attempt_traceparent("", kExecution, 1);
    CHECK(own.starts_with("00-0193aaaa000080008000000000000001-"));
    CHECK(own.ends_with("-01"));
    const std::string chosen = attempt_traceparent("", "any name", 1);
    CHECK(read_traceparent(chosen) == chosen);
    CHECK(attempt_traceparent("", "another name", 1).substr(0, 35) != chosen.substr(0, 35));
}

TEST_CASE("a traceparent is split into its parts", "[base]") {
    const TraceContext parts = trace_context(kGiven);
    CHECK(parts.trace == "4bf92f3577b34da6a3ce929d0e0e4736");
    CHECK(parts.span == "00f067aa0ba902b7");
    for (const auto& [flags, sampled] : {std::pair{"00", false}, {"01", true}, {"02", false}, {"ff", true}}) {
        CAPTURE(flags);
        CHECK(trace_context(kGiven.substr(0, 53) + flags).sampled == sampled);
    }
}
