#include "ecron/messages/consumers.hpp"

#include <map>

#include "ecron/base/large_work.hpp"
#include "ecron/model/execute_id.hpp"
#include "management/fake_store.hpp"
#include "mq/support.hpp"

namespace ecron::messages {
namespace {

namespace asio = boost::asio;
using mq::Ack;

/// Keeps the handlers of its topics, for a test to deliver to.
class FakeBroker final : public mq::Broker {
public:
    asio::awaitable<Result<void>> publish(std::string, std::vector<mq::Outgoing>) override {
        co_return Result<void>{};
    }
    void subscribe(mq::Subscription subscription) override {
        handlers[subscription.topic] = std::move(subscription.handler);
    }
    asio::awaitable<void> run() override { co_return; }
    asio::awaitable<void> unsubscribe(Millis) override { co_return; }
    asio::awaitable<void> stop(Millis) override { co_return; }
    [[nodiscard]] bool connected() const override { return true; }
    [[nodiscard]] mq::State state() const override { return {}; }

    std::map<std::string, mq::Handler> handlers;
};

/// Counts what it is asked to run, or refuses it.
class FakeExecutions final : public Executions {
public:
    [[nodiscard]] bool takes_writes() const override { return true; }
    Awaitable<model::Execution> run_now(model::Job job, ExecuteId id) override {
        if (refusal) co_return std::unexpected(*refusal);
        ++runs[job.tenant.value()];
        ids.push_back(id);
        co_return model::Execution{.id = std::move(id)};
    }
    Awaitable<void> succeeded(ExecuteId, std::string) override { co_return Result<void>{}; }
    Awaitable<void> interrupted(ExecuteId) override { co_return Result<void>{}; }
    Awaitable<void> failed(ExecuteId, bool) override { co_return Result<void>{}; }
    Awaitable<void> begin(ExecuteId, int) override { co_return Result<void>{}; }
    void look_at_changes() override {}

    std::map<std::string, int> runs;
    std::vector<ExecuteId> ids;
    std::optional<Error> refusal;
};

class World {
public:
    explicit World(Options options) : consumers_(io_, clock, store, executions, std::move(options)) {
        consumers_.subscribe(broker_);
    }
    Ack deliver(const std::string& origin, const std::string& more = "", int deliveries = 1) {
        const std::string job =
            R"({"job_name":"a","job_context":{"mode":"http","exec":"http://localhost/")" + more + "}}";
        return mq::await(io_,
                         broker_.handlers.at("cron.topic.immediate.job")({.topic = "cron.topic.immediate.job",
                                                                          .body = job,
                                                                          .origin = origin,
                                                                          .deliveries = deliveries}));
    }

    Ack deliver_to(const std::string& topic, const std::string& body) {
        return mq::await(
            io_, broker_.handlers.at(topic)({.topic = topic, .body = body, .origin = "1", .deliveries = 1}));
    }

    ManualClock clock{Instant{std::chrono::sys_days{std::chrono::year{2026} / 1 / 5}}};
    management::test::FakeStore store;
    FakeExecutions executions;

private:
    asio::io_context io_;
    FakeBroker broker_;
    Consumers consumers_;
};

TEST_CASE("messages beyond their tenant's rate come again later, and are never given up",
          "[messages][limits]") {
    World world{{.own_tenant = TenantId{"me"}, .jobs_per_second = 2}};
    CHECK(world.deliver("1").verdict == Ack::Verdict::done);
    CHECK(world.deliver("2").verdict == Ack::Verdict::done);
    const Ack delayed = world.deliver("3");
    CHECK(delayed.verdict == Ack::Verdict::requeue);
    CHECK_FALSE(delayed.counts);
    CHECK(delayed.wait == Millis{500});
    CHECK(world.executions.runs["me"] == 2);
    world.clock.advance(delayed.wait);
    CHECK(world.deliver("3").verdict == Ack::Verdict::done);
    CHECK(world.executions.runs["me"] == 3);
}

TEST_CASE("a message that its tenant's limit of bytes refuses is dead, with the reason",
          "[messages][limits]") {
    World world{{.own_tenant = TenantId{"me"}}};
    world.executions.refusal = Error{Errc::denied, "the tenant stores as much as it may", {"limit_bytes"}};
    const Ack refused = world.deliver("1");
    CHECK(refused.verdict == Ack::Verdict::dead);
    CHECK(refused.reason == "the tenant stores as much as it may");
}

TEST_CASE("an execution id in a message is its tenant's, also where another tenant has it", "[messages]") {
    World world{{.own_tenant = TenantId{"me"}}};
    world.store.executions.push_back({.id = ExecuteId{"e"}, .tenant = TenantId{"you"}});
    const std::string id = R"(,"execute_id":"e")";
    CHECK(world.deliver("1", id).verdict == Ack::Verdict::requeue);  // it may have overtaken its row
    CHECK(world.deliver("1", id, 2).verdict == Ack::Verdict::done);
    REQUIRE(world.executions.ids.size() == 1);
    CHECK(world.executions.ids[0] == model::marked_id(ExecuteId{"e"}, TenantId{"me"}));
}

TEST_CASE("large messages are read beside the loop", "[messages]") {
    const std::string padding = R"(,"pad":")" + std::string(2 * kLargeWork, 'x') + "\"";
    const auto [topic, body] = GENERATE_COPY(table<std::string, std::string>({
        {"cron.topic.immediate.job",
         R"({"job_name":"a","job_context":{"mode":"http","exec":"http://localhost/","info":{"body":{"a":1)" +
             padding + "}}}}"},
        {"cron.topic.job.status",
         R"({"execute_id":"e","job_status":"success","end_at":"2026-01-01T00:00:00Z")" + padding + "}"},
        {"cron.topic.cron.job", R"({"method":"update")" + padding + "}"},
        {"cron.topic.execution", R"({"execute_id":"e","attempt":1)" + padding + "}"},
    }));
    CAPTURE(topic);
    World world{{.own_tenant = TenantId{"me"}, .accepts_attempts = true}};
    const LargeWorkCount on_loop;
    CHECK(world.deliver_to(topic, body).verdict == Ack::Verdict::done);
    CHECK(on_loop.pieces() == 0);
}

}  // namespace
}  // namespace ecron::messages
