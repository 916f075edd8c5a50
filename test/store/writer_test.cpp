#include "store/work/writer.hpp"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <future>

#include "ecron/base/time.hpp"

using namespace ecron;
using namespace ecron::store;

namespace {

/// Always has a part that is due, and counts those that were refused.
class AlwaysDue final : public Deferred {
public:
    void begin() override {}
    void committed(SteadyInstant) override {}
    [[nodiscard]] std::optional<SteadyInstant> due() const override {
        return refused < kMostRefused ? std::optional{SteadyInstant{}} : std::nullopt;
    }
    std::unique_ptr<Write> take() override {
        return std::make_unique<Answering<Write, void>>(WriteKind::others);
    }
    bool finished(Write&, SteadyInstant) override { return ++refused, false; }

    static constexpr int kMostRefused = 1'000;
    int refused{0};
};

}  // namespace

TEST_CASE("the writer looks for the database while derived data is due", "[store]") {
    boost::asio::io_context io;
    const SystemClock clock;
    State state(clock, "the database");
    AlwaysDue deferred;
    std::promise<void> asked_again;
    int asked = 0;
    const auto open = [&]() -> Result<std::unique_ptr<Session>> {
        if (++asked == 3) asked_again.set_value();
        return fail(Errc::unavailable, "unreachable");
    };
    const Options options;
    Writer writer(io, options, clock, state, {.groups = {}, .deferred = deferred}, nullptr, open);
    CHECK(asked_again.get_future().wait_for(Seconds{30}) == std::future_status::ready);
    writer.close();
    CHECK(deferred.refused <= 1);  // when it closed
}
