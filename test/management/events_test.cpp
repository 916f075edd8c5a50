#include "management/events.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "management/guarded.hpp"

using namespace ecron;
using namespace ecron::management;
using namespace ecron::management::test;

namespace {

using News = std::vector<std::string>;

struct Stream {
    http::Response response{};

    /// Returns the next piece; nullopt at the end.
    std::optional<std::string> piece() {
        boost::asio::io_context io;
        std::optional<std::string> piece;
        boost::asio::co_spawn(io, response.stream->next(),
                              [&](std::exception_ptr error, std::optional<std::string> next) {
                                  if (error) std::rethrow_exception(error);
                                  piece = std::move(next);
                              });
        io.run();
        return piece;
    }
    /// Returns the events of the next piece, each as its name and data.
    News events() {
        std::string text = piece().value_or("event: end\ndata: \n\n");
        News found;
        for (std::size_t at = text.find("event: "); at != text.npos; at = text.find("event: ", at + 1)) {
            const std::size_t data = text.find("data: ", at);
            const auto line = [&](std::size_t from) {
                return text.substr(from, text.find('\n', from) - from);
            };
            found.push_back(line(at + 7) + ' ' + line(data + 6));
        }
        const std::size_t last = text.rfind("id: ");
        if (last != text.npos) id = text.substr(last + 4, text.find('\n', last) - last - 4);
        return found;
    }

    std::string id{};  // of the last event
};

struct Streaming : Guarded {
    Streaming() { clock.advance(std::chrono::hours{1}); }

    Stream open(const std::string& token, const std::string& query = "", const std::string& last = "") {
        http::Request request{.method = Method::get,
                              .path = kPrefix + "/events",
                              .query = query,
                              .headers = {{"Authorization", "Bearer " + token}}};
        if (!last.empty()) request.headers.push_back({"Last-Event-ID", last});
        Stream stream{answer(request)};
        if (stream.response.status == 200) CHECK(stream.response.content_type == "text/event-stream");
        return stream;
    }
    /// Opens a stream that has found the present state.
    Stream opened(const std::string& token, const std::string& query = "") {
        Stream stream = open(token, query);
        CHECK(stream.events().empty());
        CHECK_FALSE(stream.id.empty());
        CHECK(stream.events().empty());
        return stream;
    }
    News next(Stream& stream) {
        clock.advance(management::Events::kInterval);
        return stream.events();
    }
    model::Execution& run_of(const std::string& tenant, const std::string& id, model::ExecutionState state) {
        model::Execution& run = given_execution(id, "job", state);
        run.tenant = TenantId{tenant};
        run.attempt = 1;
        return run;
    }
};

std::string told(const std::string& id, const std::string& state) {
    return R"(execution {"execute_id":")" + id + R"(","job_id":"job","state":")" + state +
           R"(","attempt":1})";
}

}  // namespace

TEST_CASE("a stream sends changes of its tenant's jobs", "[management]") {
    Streaming service;
    Stream mine = service.opened("me");
    Stream all = service.opened("boss", "tenant=*&topics=jobs");
    const std::string id = service.job_of("me", "job");
    service.job_of("you", "theirs");
    const News news = service.next(mine);
    REQUIRE(news.size() == 1);
    CHECK(news.front().starts_with(R"(job {"job_id":")" + id + R"(","change":")"));
    CHECK(service.next(all).size() == 2);
    CHECK(service.next(mine).empty());
}

TEST_CASE("a stream sends each state of its tenant's executions once", "[management]") {
    Streaming service;
    using enum model::ExecutionState;
    service.run_of("me", "ended", success);
    model::Execution& open = service.run_of("me", "open", executing);
    Stream mine = service.opened("me");
    model::Execution& added = service.run_of("me", "added", pending);
    service.run_of("you", "theirs", pending);
    open.state = success;
    CHECK(service.next(mine) == News{told("open", "success"), told("added", "pending")});
    CHECK(service.next(mine).empty());
    added.state = executing;
    CHECK(service.next(mine) == News{told("added", "executing")});
    service.clock.advance(Seconds{10});  // its row is settled
    CHECK(service.next(mine).empty());
    added.state = abandon;
    CHECK(service.next(mine) == News{told("added", "abandon")});
    for (int i = 0; i < 10; ++i) CHECK(service.next(mine).empty());
}

TEST_CASE("a row that is committed after a newer one is found", "[management]") {
    Streaming service;
    using enum model::ExecutionState;
    Stream mine = service.opened("me");
    service.run_of("me", "newer", success).key = 20;
    CHECK(service.next(mine) == News{told("newer", "success")});
    service.run_of("me", "late", success).key = 19;
    CHECK(service.next(mine) == News{told("late", "success")});
}

TEST_CASE("streams of a node share one read", "[management]") {
    Streaming service;
    Stream first = service.opened("me");
    Stream second = service.opened("me");
    const std::size_t reads = service.store.watches;
    service.run_of("me", "run", model::ExecutionState::success);
    CHECK(service.next(first).size() == 1);
    CHECK(second.events().size() == 1);
    CHECK(service.store.watches == reads + 1);
}

TEST_CASE("a stream continues behind the last event that a client received", "[management]") {
    Streaming service;
    using enum model::ExecutionState;
    Stream before = service.opened("me");
    service.run_of("me", "a", success);
    CHECK(service.next(before).size() == 1);
    service.run_of("me", "b", success);
    Stream reader = service.opened("me");
    CHECK(service.next(reader).size() == 1);
    const auto continued = [&](Stream stream) {
        CHECK(stream.events().empty());
        return stream.events();
    };
    CHECK(continued(service.open("me", "", before.id)) == News{told("b", "success")});
    CHECK(continued(service.open("me", "after=" + before.id)) == News{told("b", "success")});
    // The id of another process says nothing here.
    CHECK(service.open("me", "after=00000000-7").events() == News{"lost {}"});
    CHECK(service.open("me", "", "x").events() == News{"lost {}"});
}

TEST_CASE("a reader that falls behind receives lost, and continues", "[management]") {
    Streaming service;
    Stream slow = service.opened("me");
    Stream fast = service.opened("me");
    for (std::size_t i = 0; i < management::Events::kHistory + 10; ++i)
        service.run_of("me", "run-" + std::to_string(i), model::ExecutionState::success);
    CHECK(service.next(fast).front() == "lost {}");
    const News news = service.next(slow);
    CHECK(news.front() == "lost {}");
    CHECK(news[1] == told("run-10", "success"));
    CHECK(news.size() < management::Events::kHistory);  // a piece is bounded
    CHECK_FALSE(slow.events().empty());
}

TEST_CASE("only administrators see changes of the cluster", "[management]") {
    Streaming service;
    CHECK(service.open("me", "topics=cluster").response.status == 403);
    const http::Response refused = service.open("me", "topics=jobs,leaders").response;
    CHECK(refused.status == 400);
    CHECK_THAT(refused.body,
               Catch::Contains(R"(\"leaders\" is not a topic; the topics are executions, jobs and cluster)"));
    Stream boss = service.opened("boss");
    Stream mine = service.opened("me");
    service.store.state_of_cluster.nodes = {{.node = NodeId{"node-1"}, .alive = true}};
    CHECK(service.next(boss) == News{R"(cluster {"nodes":["node-1"],"shards":[]})"});
    CHECK(service.next(mine).empty());
}

TEST_CASE("the number of streams is limited per tenant and per node", "[management]") {
    Streaming service;
    std::vector<Stream> streams;
    for (std::size_t i = 0; i < management::Events::kMaxStreamsOfTenant; ++i)
        streams.push_back(service.open("me"));
    const http::Response refused = service.open("me").response;
    CHECK(refused.status == 429);
    CHECK(refused.body.contains("events"));
    CHECK(service.open("you").response.status == 200);
    streams.pop_back();
    CHECK(service.open("me").response.status == 200);
}

TEST_CASE("an idle stream sends a comment, and ends with its token", "[management]") {
    Streaming service;
    Stream mine = service.opened("me");
    service.clock.advance(Seconds{15});
    CHECK(mine.piece()->starts_with(": "));
    CHECK(mine.piece() == "");
    service.authenticator.tokens.erase("me");
    service.clock.advance(Seconds{2});
    CHECK_FALSE(mine.piece());
}

TEST_CASE("events go on after the store was unreachable", "[management]") {
    Streaming service;
    Stream mine = service.opened("me");
    service.store.away = true;
    service.run_of("me", "run", model::ExecutionState::success);
    CHECK(service.next(mine).empty());
    service.store.away = false;
    CHECK(service.next(mine).size() == 1);
}
