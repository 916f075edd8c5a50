#include "ecron/analysis/timer_wheel.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <utility>

#include <catch2/catch.hpp>

using namespace ecron;
using namespace ecron::analysis;
using namespace std::chrono_literals;

namespace {

const Instant kStart{Millis{1'767'571'200'123}};  // not on a slot boundary

std::vector<Due> drain(TimerWheel& wheel, Instant to) {
    std::vector<Due> out;
    std::vector<Due> batch;
    do {
        batch.clear();
        wheel.advance(to, 1'000, batch);
        out.insert(out.end(), batch.begin(), batch.end());
    } while (!batch.empty() || wheel.now() < to);
    return out;
}

/// The wheel's contract as a slow, simple model.
class Model {
public:
    explicit Model(Instant now) : now_(now) {}
    void add(std::uint32_t subject, Instant due) { due_.emplace(std::max(due, now_), subject); }
    bool cancel(std::uint32_t subject) {
        return std::erase_if(due_, [&](const auto& entry) { return entry.second == subject; }) > 0;
    }
    [[nodiscard]] std::multimap<Instant, std::uint32_t> take(Instant to) {
        now_ = std::max(now_, to);
        std::multimap<Instant, std::uint32_t> out;
        while (!due_.empty() && due_.begin()->first <= now_) out.insert(due_.extract(due_.begin()));
        return out;
    }
    [[nodiscard]] bool empty() const { return due_.empty(); }
    [[nodiscard]] Instant first() const { return due_.begin()->first; }
    [[nodiscard]] std::size_t size() const { return due_.size(); }

private:
    Instant now_;
    std::multimap<Instant, std::uint32_t> due_;
};

}  // namespace

TEST_CASE("a timer fires exactly at its due instant", "[wheel]") {
    // Around slot boundaries and turns of every level, and beyond the range of the last.
    const auto delay =
        GENERATE(as<std::int64_t>{}, 1, 2, 255, 256, 257, 1'023, 1'024, 1'025, 2'047, 2'048, 2'049, 1'048'575,
                 1'048'576, 1'048'577, 2'097'151, 2'097'152, 2'097'153, 1'073'741'824, 2'147'483'647,
                 2'147'483'648, 2'147'483'649, 86'400'000'000, 2'199'023'255'552, 4'398'046'511'104);
    const auto offset = GENERATE(as<std::int64_t>{}, 0, 1, 1'000, 1'023, 1'024, 1'048'575);
    CAPTURE(delay, offset);
    const Instant begin = Instant{Millis{1'767'571'200'000 / 1'048'576 * 1'048'576 + offset}};
    TimerWheel wheel{begin};
    const Instant due = begin + Millis{delay};
    wheel.add(7, due);

    CHECK(*wheel.next_hint() <= due);
    CHECK(drain(wheel, due - 1ms).empty());
    CHECK(wheel.next_hint() == due);
    const auto out = drain(wheel, due);
    REQUIRE(out.size() == 1);
    CHECK(out[0].subject == 7);
    CHECK(out[0].at == due);
    CHECK(wheel.size() == 0);
    CHECK_FALSE(wheel.next_hint());
}

TEST_CASE("following next_hint reaches each due instant", "[wheel]") {
    TimerWheel wheel{kStart};
    const Instant due = kStart + 9'000'000'000ms;
    wheel.add(1, due);
    int steps = 0;
    std::vector<Due> out;
    while (out.empty()) {
        REQUIRE(*wheel.next_hint() <= due);
        wheel.advance(*wheel.next_hint(), 10, out);
        REQUIRE(++steps < 10);
    }
    CHECK(wheel.now() == due);
}

TEST_CASE("a timer added late is due immediately", "[wheel]") {
    TimerWheel wheel{kStart};
    wheel.add(1, kStart - 1h);
    wheel.add(2, kStart);
    const auto out = drain(wheel, kStart);
    REQUIRE(out.size() == 2);
    CHECK(out[0].at == kStart - 1h);
}

TEST_CASE("a limit leaves the rest for the next call", "[wheel]") {
    TimerWheel wheel{kStart};
    for (std::uint32_t i = 0; i < 5; ++i) wheel.add(i, kStart + 10ms);
    wheel.add(9, kStart + 20ms);
    std::vector<Due> out;
    wheel.advance(kStart + 1s, 2, out);
    CHECK(out.size() == 2);
    CHECK(wheel.now() == kStart + 10ms);
    CHECK(wheel.next_hint() == kStart + 10ms);
    wheel.advance(kStart + 1s, 3, out);
    CHECK(wheel.now() == kStart + 10ms);
    wheel.advance(kStart + 1s, 100, out);
    CHECK(out.size() == 6);
    CHECK(out.back().subject == 9);
    CHECK(wheel.now() == kStart + 1s);
}

TEST_CASE("time never goes backwards", "[wheel]") {
    TimerWheel wheel{kStart};
    wheel.add(1, kStart + 5ms);
    CHECK(drain(wheel, kStart + 3ms).empty());
    std::vector<Due> out;
    wheel.advance(kStart - 1h, 10, out);
    CHECK(out.empty());
    CHECK(wheel.now() == kStart + 3ms);
}

TEST_CASE("the id of a removed timer stays unknown", "[wheel]") {
    TimerWheel wheel{kStart};
    const TimerId first = wheel.add(1, kStart + 1ms);
    CHECK(wheel.cancel(first));
    CHECK_FALSE(wheel.cancel(first));
    const TimerId second = wheel.add(2, kStart + 1ms);  // reuses the memory of the first
    CHECK_FALSE(wheel.cancel(first));
    CHECK_FALSE(wheel.move(first, kStart + 9ms));
    CHECK(drain(wheel, kStart + 1ms).size() == 1);
    CHECK_FALSE(wheel.cancel(second));
    CHECK_FALSE(wheel.cancel(TimerId{}));
}

TEST_CASE("a moved timer fires only at its new instant", "[wheel]") {
    TimerWheel wheel{kStart};
    const TimerId id = wheel.add(1, kStart + 1h);
    CHECK(wheel.move(id, kStart + 5ms));
    CHECK(drain(wheel, kStart + 5ms).size() == 1);
    CHECK(drain(wheel, kStart + 2h).empty());
}

TEST_CASE("many timers of one far slot fire in bounded steps", "[wheel]") {
    constexpr std::uint64_t kCount = 100'000;
    TimerWheel wheel{kStart};
    for (std::uint32_t i = 0; i < kCount; ++i) wheel.add(i, kStart + 24h + Millis{i % 1'000});
    std::vector<Due> out;
    Instant last = kStart;
    std::size_t calls = 0;
    while (out.size() < kCount) {
        const std::size_t before = out.size();
        wheel.advance(kStart + 25h, 1'000, out);
        REQUIRE(out.size() - before <= 1'000);
        REQUIRE(++calls < 1'000);
    }
    for (const Due& due : out) {
        REQUIRE(due.at >= last);
        last = due.at;
    }
    CHECK(calls > kCount / 4'096 * 2);  // two cascades, each split into pieces
}

TEST_CASE("cascades run ahead of time while there is time", "[wheel]") {
    constexpr std::uint64_t kCount = 20'000;
    TimerWheel wheel{kStart};
    for (std::uint32_t i = 0; i < kCount; ++i) wheel.add(i, kStart + 1h);
    std::vector<Due> out;
    for (Instant now = kStart; now < kStart + 1h; now += 100ms) wheel.advance(now, 1, out);
    REQUIRE(out.empty());
    wheel.advance(kStart + 1h, kCount, out);  // no cascade is left that could end this early
    CHECK(out.size() == kCount);
}

TEST_CASE("the wheel agrees with an ordered map", "[wheel]") {
    const auto seed = GENERATE(take(60, random(0u, ~0u)));
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    const auto below = [&](std::uint64_t bound) { return random() % bound; };
    const auto delay = [&] { return Millis{static_cast<std::int64_t>(random() >> (20 + below(44)))}; };

    TimerWheel wheel{kStart};
    Model model{kStart};
    std::map<std::uint32_t, TimerId> armed;
    Instant now = kStart;
    for (std::uint32_t step = 0; step < 2'000; ++step) {
        switch (below(5)) {
            case 0:
            case 1: {
                const Instant due = now + delay() - Millis{static_cast<std::int64_t>(below(3))};
                armed[step] = wheel.add(step, due);
                model.add(step, due);
                break;
            }
            case 2: {
                if (armed.empty()) break;
                const auto chosen =
                    std::next(armed.begin(), static_cast<std::ptrdiff_t>(below(armed.size())));
                REQUIRE(wheel.cancel(chosen->second) == model.cancel(chosen->first));
                armed.erase(chosen);
                break;
            }
            case 3: {
                if (armed.empty()) break;
                const auto chosen =
                    std::next(armed.begin(), static_cast<std::ptrdiff_t>(below(armed.size())));
                const Instant due = now + delay();
                const bool known = model.cancel(chosen->first);
                REQUIRE(wheel.move(chosen->second, due) == known);
                if (known) model.add(chosen->first, due);
                break;
            }
            default: {
                now += below(3) == 0 && !model.empty()
                           ? model.first() - now
                           : Millis{static_cast<std::int64_t>(random() >> (30 + below(34)))};
                const auto expected = model.take(now);
                std::multimap<Instant, std::uint32_t> got;
                for (const Due& due : drain(wheel, now)) got.emplace(due.at, due.subject);
                REQUIRE(got.size() == expected.size());
                std::vector<std::uint32_t> left, right;
                for (const auto& [at, subject] : expected) left.push_back(subject);
                for (const auto& [at, subject] : got) right.push_back(subject);
                REQUIRE(std::is_permutation(left.begin(), left.end(), right.begin()));
                REQUIRE(wheel.now() == now);
            }
        }
        REQUIRE(wheel.size() == model.size());
        if (model.empty()) {
            REQUIRE_FALSE(wheel.next_hint());
        } else {
            REQUIRE(*wheel.next_hint() <= model.first());
        }
    }
}

TEST_CASE("due instants never decrease within one advance", "[wheel]") {
    const auto seed = GENERATE(take(20, random(0u, ~0u)));
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    TimerWheel wheel{kStart};
    for (std::uint32_t i = 0; i < 3'000; ++i)
        wheel.add(i, kStart + Millis{static_cast<std::int64_t>(1 + (random() >> (24 + random() % 38)))});
    Instant last = kStart;
    for (const Due& due : drain(wheel, kStart + std::chrono::years{70})) {
        REQUIRE(due.at >= last);
        last = due.at;
    }
    CHECK(wheel.size() == 0);
}

TEST_CASE("an idle year costs one step", "[wheel]") {
    TimerWheel wheel{kStart};
    wheel.add(1, kStart + std::chrono::years{1});
    std::vector<Due> out;
    wheel.advance(kStart + std::chrono::years{2}, 10, out);
    CHECK(out.size() == 1);
}

TEST_CASE("a timer costs at most 30 bytes", "[wheel]") {
    constexpr std::size_t kCount = 100'000;
    TimerWheel wheel{kStart};
    const std::size_t empty = wheel.memory();
    for (std::uint32_t i = 0; i < kCount; ++i) wheel.add(i, kStart + Millis{static_cast<std::int64_t>(i)});
    CHECK(wheel.memory() - empty <= kCount * 30);
    CHECK(empty < 100'000);
}
