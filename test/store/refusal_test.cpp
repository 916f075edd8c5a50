#include "ecron/store/refusal.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "ecron/base/json_writer.hpp"
#include "store/world.hpp"

using namespace ecron;
using namespace ecron::store;
using namespace ecron::store::test;
using model::ExecutionState;

namespace {

const std::string kSkull = "\xE2\x98\xA0";

/// A store whose node leads and has claimed executions.
struct Leading : World {
    Leading() { begin(); }
    explicit Leading(std::int64_t packet) {
        const std::int64_t before = number("select @@global.max_allowed_packet");
        sql("set global max_allowed_packet = " + std::to_string(packet));  // for future sessions
        begin();
        sql("set global max_allowed_packet = " + std::to_string(before));
    }
    void begin() {
        open();
        job = given_job("job");
        term = lead();
    }
    std::vector<model::Execution> claimed(int count) {
        Claim claim{.epoch = term.epoch, .watermark = term.watermark};
        for (int i = 0; i < count; ++i)
            claim.executions.push_back(a_run(job, term.epoch, term.watermark - Seconds{next_++}));
        must(store().executions->claim(claim));
        return std::move(claim.executions);
    }
    model::Execution stored(const ExecuteId& id) {
        auto found = must(store().queries->find_execution(std::nullopt, id));
        REQUIRE(found);
        return std::move(*found);
    }

    model::Job job;
    Term term;

private:
    int next_{0};
};

Outcome success_of(const model::Execution& run, std::string output) {
    Outcome outcome{.id = run.id,
                    .attempt = 1,
                    .after = run,
                    .record = model::Attempt{.execute_id = run.id,
                                             .number = 1,
                                             .begin_at = *run.due,
                                             .end_at = *run.due + Millis{5},
                                             .node = run.node,
                                             .outcome = ExecutionState::success,
                                             .output = std::move(output)},
                    .announcements = {an_announcement("m-" + run.id.value())}};
    outcome.after.state = ExecutionState::success;
    outcome.after.end_at = run.due;
    outcome.after.execute_times = 1;
    outcome.after.executors.push_back({"node-1", *run.due});
    return outcome;
}

/// Like the scheduler: an outcome that is refused because of its content is written again without its
/// payload.
int writes_until_kept(World& world, Outcome outcome) {
    for (int writes = 1;; ++writes) {
        const Result<bool> kept = world.await(world.store().executions->finish(outcome));
        if (kept) {
            CHECK(*kept);
            return writes;
        }
        INFO(kept.error().what);
        REQUIRE(is_refused_content(kept.error()));
        REQUIRE(writes == 1);
        drop_payload(outcome, kept.error().what);
    }
}

/// Texts as sent by targets, commands and clients, and worse ones.
class Texts {
public:
    explicit Texts(unsigned seed) : random_(seed) {}
    std::string bytes(std::size_t most) {
        static const std::vector<std::string> kPieces{
            "plain ",        "\xF0\x9F\x8E\x89", "z\xC3\xBC", std::string(1, '\0'),
            "'\"\\\n\r\x1a", "\xFF\xFE",         "\xC3",      "\xED\xA0\x80",
            kSkull,          "%s ? :name @x",    "\x80\x80",  "\xF4\x90\x80\x80",
        };
        const std::vector<std::size_t> sizes{0, 1, 40, 2'000, most / 2, most};
        const std::size_t size = std::min(most, sizes[pick(sizes.size())]);
        const bool of_one_kind = pick(3) == 0;  // escaping doubles the size of such a text
        const std::string& kind = kPieces[pick(kPieces.size())];
        std::string text;
        while (text.size() < size) text += of_one_kind ? kind : kPieces[pick(kPieces.size())];
        text.resize(size);
        return text;
    }
    std::string json(std::size_t most) {
        std::string text = R"({"text":)";
        append_json_string(text, bytes(most));
        return text += '}';
    }

private:
    std::size_t pick(std::size_t count) {
        return std::uniform_int_distribution<std::size_t>{0, count - 1}(random_);
    }
    std::mt19937 random_;
};

Outcome random_outcome(const model::Execution& run, Texts& texts) {
    Outcome outcome = success_of(run, texts.bytes(3'000'000));
    outcome.record->reason = texts.bytes(100'000);
    outcome.record->detail = texts.json(100'000);
    outcome.after.reason = texts.bytes(10'000);
    outcome.after.result = texts.json(3'000'000);
    outcome.after.executors.front().executor_id = texts.bytes(200);
    return outcome;
}

/// Makes the database refuse attempts with that text, for a reason that only the database knows.
void given_refused_output(World& world, const std::string& text) {
    const std::string condition = "instr(new.f_output, '" + text + "') > 0";
    world.sql(tested_driver() == Driver::mysql
                  ? "create trigger refuses before insert on t_cron_attempt for each row begin if " +
                        condition + " then signal sqlstate '45000'; end if; end"
                  : "create trigger refuses before insert on t_cron_attempt when " + condition +
                        " begin select raise(abort, 'refused'); end");
}

}  // namespace

TEST_CASE("the end of an attempt is stored with output of any bytes and sizes", "[store]") {
    Leading world;
    const unsigned seed = GENERATE(1U, 2U, 3U);
    CAPTURE(seed);
    Texts texts{seed};
    for (const model::Execution& run : world.claimed(12)) {
        CHECK(writes_until_kept(world, random_outcome(run, texts)) <= 2);
        const model::Execution row = world.stored(run.id);
        CHECK(row.state == ExecutionState::success);
        CHECK(row.end_at == std::chrono::floor<Seconds>(*run.due));
        CHECK(row.execute_times == 1);
        CHECK(row.executors.size() == 1);
        CHECK(world.must(world.store().queries->attempts(run.id)).size() == 1);
    }
    CHECK(world.number("select count(*) from t_cron_outbox") == 12);
    CHECK(world.store().health().available);
}

TEST_CASE("four-byte characters are stored unchanged, and invalid bytes are replaced", "[store]") {
    Leading world;
    const model::Execution run = world.claimed(1).front();
    Outcome outcome = success_of(run, "\xF0\x9F\x8E\x89\xFF");
    outcome.record->reason = "\xF0\x9F\x8E\x89 and \xFF";
    outcome.record->detail = R"({"header":"🎉"})";
    outcome.after.result = R"({"text":"🎉"})";
    CHECK(writes_until_kept(world, outcome) == 1);
    CHECK(world.stored(run.id).result == R"({"text":"🎉"})");
    const model::Attempt attempt = world.must(world.store().queries->attempts(run.id)).front();
    CHECK(attempt.output == "\xF0\x9F\x8E\x89\xFF");
    CHECK(attempt.reason == "\xF0\x9F\x8E\x89 and \xEF\xBF\xBD");
    CHECK(attempt.detail == R"({"header":"🎉"})");
}

TEST_CASE("only the refused member of a batch is refused", "[store]") {
    Leading world;
    const std::vector<model::Execution> runs = world.claimed(40);
    given_refused_output(world, "poison");
    std::vector<boost::asio::awaitable<Result<bool>>> writes;
    for (std::size_t i = 0; i < runs.size(); ++i)
        writes.push_back(
            world.store().executions->finish(success_of(runs[i], i % 10 == 3 ? "poison" : "fine")));
    const auto answers = world.all(std::move(writes));
    for (std::size_t i = 0; i < runs.size(); ++i) {
        CAPTURE(i);
        if (i % 10 != 3) {
            REQUIRE(answers[i]);
            CHECK(*answers[i]);
            CHECK(world.must(world.store().queries->attempts(runs[i].id)).front().output == "fine");
            continue;
        }
        REQUIRE_FALSE(answers[i]);
        CHECK(is_refused_content(answers[i].error()));
        Outcome outcome = success_of(runs[i], "no poi son");
        drop_payload(outcome, answers[i].error().what);
        CHECK(writes_until_kept(world, outcome) == 1);
        const model::Execution row = world.stored(runs[i].id);
        CHECK(row.state == ExecutionState::success);
        CHECK(row.reason.find("payload not stored: the database refuses a value") == 0);
    }
    CHECK(world.number("select count(*) from t_cron_outbox") == 40);
    CHECK(world.store().health().available);
}

TEST_CASE("a claimed row that the database refuses is stored without its texts, and the others unchanged",
          "[store]") {
    Leading world;
    const std::string condition = "instr(new.f_job_name, '" + kSkull + "') > 0";
    world.sql(tested_driver() == Driver::mysql
                  ? "create trigger refuses before insert on t_cron_job_status for each row begin if " +
                        condition + " then signal sqlstate '45000'; end if; end"
                  : "create trigger refuses before insert on t_cron_job_status when " + condition +
                        " begin select raise(abort, 'refused'); end");
    Claim claim{.epoch = world.term.epoch, .watermark = world.term.watermark};
    for (int i = 0; i < 10; ++i) {
        claim.executions.push_back(a_run(world.job, world.term.epoch, world.term.watermark - Seconds{i}));
        claim.executions.back().job_name = i == 4 ? "job " + kSkull
                                                  : "j\xC3\xB6"
                                                    "b";
    }
    CHECK(world.must(world.store().executions->claim(claim)).mine == std::vector<bool>(10, true));
    CHECK(world.stored(claim.executions[4].id).job_name == "job ?");
    CHECK(world.stored(claim.executions[5].id).job_name ==
          "j\xC3\xB6"
          "b");
    CHECK(world.number("select count(*) from t_cron_job_status") == 10);
}

TEST_CASE("a statement larger than the server's packet is never sent", "[store]") {
    if (tested_driver() == Driver::sqlite) return;
    Leading world(1U << 20U);
    const model::Execution run = world.claimed(1).front();
    SECTION("one value is too large") {
        CHECK(writes_until_kept(world, success_of(run, std::string(2'000'000, 'x'))) == 2);
        CHECK(world.stored(run.id).reason.find("payload not stored: a value is too long") == 0);
    }
    SECTION("one value is too large after escaping") {
        CHECK(writes_until_kept(world, success_of(run, std::string(600'000, '\''))) == 2);
    }
    SECTION("one value just fits") {
        CHECK(writes_until_kept(world, success_of(run, std::string(1'000'000, 'x'))) == 1);
    }
    SECTION("one value after another that was too large") {
        const model::Execution next = world.claimed(1).front();
        Outcome large = success_of(run, "");
        large.after.result = R"({"text":")" + std::string(2'000'000, 'x') + R"("})";
        CHECK(writes_until_kept(world, large) == 2);
        CHECK(writes_until_kept(world, success_of(next, "")) == 1);
    }
    SECTION("a batch of small values") {
        std::vector<boost::asio::awaitable<Result<bool>>> writes;
        for (const model::Execution& one : world.claimed(30))
            writes.push_back(world.store().executions->finish(success_of(one, std::string(200'000, '\\'))));
        for (const auto& written : world.all(std::move(writes))) CHECK(written);
        CHECK(world.number("select count(*) from t_cron_attempt where length(f_output) = 200000") == 30);
    }
    CHECK(world.store().statistics().reconnects == 0);
    CHECK(world.store().health().available);
}

TEST_CASE("a refused result is replaced by a note", "[store]") {
    Leading world;
    const model::Execution run = world.claimed(1).front();
    world.must(world.store().reports->record_result(run.id, refused_result("too long, \xF0\x9F\x8E\x89"),
                                                    NotifyLeader::no));
    CHECK(world.stored(run.id).result == R"({"ecron":"payload not stored: too long, ?"})");
}

TEST_CASE("plain_text returns short printable ASCII", "[store]") {
    CHECK(plain_text("plain", 100) == "plain");
    CHECK(plain_text("plain", 3) == "pla");
    CHECK(plain_text("a\xF0\x9F\x8E\x89z\n\xFF", 100) == "a?z??");
    CHECK(plain_text("\x80\x80", 100) == "?");
}
