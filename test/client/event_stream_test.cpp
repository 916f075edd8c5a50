#include <catch2/catch.hpp>

#include "client/jobs/event_stream.hpp"

using namespace ecron::client;

TEST_CASE("events are recognised however the stream is cut", "[client]") {
    const std::string text =
        "event: attempt\nid: 1-0\ndata: 1\n\n: comment\n\nevent: stdout\ndata: \"a\"\ndata: b\n\n";
    const std::size_t size = GENERATE(1U, 2U, 7U, 1'000U);
    std::vector<std::vector<std::string>> events;
    EventStream stream{[&](const Event& event) { events.push_back({event.name, event.id, event.data}); }};
    for (std::size_t at = 0; at < text.size(); at += size) stream.add(text.substr(at, size));
    CHECK(events ==
          std::vector<std::vector<std::string>>{{"attempt", "1-0", "1"}, {"stdout", "", "\"a\"\nb"}});
}
