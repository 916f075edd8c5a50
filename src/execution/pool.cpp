#include "ecron/execution/pool.hpp"

#include <algorithm>
#include <deque>
#include <numeric>

#include "ecron/execution/executors.hpp"
#include "execution/lane.hpp"

namespace ecron::execution {

std::size_t Task::memory() const {
    std::size_t bytes = sizeof(Task) + context.exec.capacity();
    if (context.body) bytes += context.body->capacity();
    if (context.kubernetes) bytes += context.kubernetes->capacity();
    for (const auto* pairs : {&context.headers, &context.params, &context.environment})
        if (*pairs)
            for (const auto& [name, value] : **pairs)
                bytes += 2 * sizeof(std::string) + name.capacity() + value.capacity();
    return bytes;
}

namespace {

class AttemptPool final : public Pool {
public:
    AttemptPool(const Clock& clock, const std::vector<Lane>& lanes) : clock_(clock) {
        for (const Lane& lane : lanes) lanes_.emplace_back(clock, lane);
    }

    void submit(AttemptOrder order, Done done) override {
        const ExecutorKind* const kind = kind_of(order.task->context);
        const auto lane = std::ranges::find(lanes_, kind, &LaneQueue::kind);
        if (kind != nullptr && lane != lanes_.end()) return lane->submit(std::move(order), std::move(done));
        AttemptResult result;
        result.reason =
            kind != nullptr ? "runs of this kind are not available here" : "the job's mode is unknown";
        result.begin_at = result.end_at = clock_.now();
        done(std::move(result));
    }

    void cancel(const ExecuteId& id) override {
        for (LaneQueue& lane : lanes_)
            if (lane.cancel(id)) return;
    }

    void detach(const ExecuteId& id) override {
        for (LaneQueue& lane : lanes_)
            if (lane.cancel(id, CancelMode::detach)) return;
    }

    [[nodiscard]] std::size_t running() const override {
        return sum([](const LaneQueue& lane) { return lane.running(); });
    }
    [[nodiscard]] std::size_t waiting() const override {
        return sum([](const LaneQueue& lane) { return lane.waiting(); });
    }
    [[nodiscard]] std::vector<Load> loads() const override {
        std::vector<Load> loads;
        for (const LaneQueue& lane : lanes_)
            loads.push_back({lane.kind()->name, lane.limit(), lane.running(), lane.waiting()});
        return loads;
    }
    [[nodiscard]] std::optional<Instant> began(const ExecuteId& id) const override {
        for (const LaneQueue& lane : lanes_)
            if (const std::optional<Instant> began = lane.began(id)) return began;
        return std::nullopt;
    }

private:
    template <class Count> [[nodiscard]] std::size_t sum(const Count& count) const {
        return std::accumulate(lanes_.begin(), lanes_.end(), std::size_t{0},
                               [&](std::size_t sum, const LaneQueue& lane) { return sum + count(lane); });
    }

    const Clock& clock_;
    std::deque<LaneQueue> lanes_;
};

}  // namespace

std::unique_ptr<Pool> make_pool(const Clock& clock, const std::vector<Lane>& lanes) {
    return std::make_unique<AttemptPool>(clock, lanes);
}

}  // namespace ecron::execution
