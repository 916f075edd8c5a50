#include "ecron/execution/pool.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <deque>
#include <unordered_map>

#include "fair_queue.hpp"
#include "http_request.hpp"

namespace ecron::execution {

std::size_t Task::memory() const {
    std::size_t bytes = sizeof(Task) + snapshot.capacity() + context.exec.capacity();
    if (context.body) bytes += context.body->capacity();
    if (context.kubernetes) bytes += context.kubernetes->capacity();
    for (const auto* pairs : {&context.headers, &context.params})
        if (*pairs)
            for (const auto& [name, value] : **pairs)
                bytes += sizeof(name) * 2 + name.capacity() + value.capacity();
    return bytes;
}

namespace {

class RealPool final : public Pool {
public:
    RealPool(http::Client& client, const Clock& clock, Options options)
        : client_(client),
          clock_(clock),
          options_(std::move(options)) {}

    void submit(AttemptOrder order, Done done) override {
        if (running_.size() < options_.limit)
            begin({std::move(order), std::move(done)});
        else
            waiting_.push(Waiting{std::move(order), std::move(done)});
    }

    void cancel(const ExecuteId& id) override {
        if (const auto found = running_.find(id); found != running_.end()) {
            found->second.cancelled = true;
            client_.cancel(found->second.request);
            return;
        }
        if (std::optional<Waiting> taken = waiting_.take(id)) {
            AttemptResult result = cancelled_result();
            result.begin_at = result.end_at = clock_.now();
            taken->done(std::move(result));
        }
    }

    [[nodiscard]] std::size_t running() const override { return running_.size(); }
    [[nodiscard]] std::size_t waiting() const override { return waiting_.size(); }
    [[nodiscard]] std::optional<Instant> began(const ExecuteId& id) const override {
        const auto found = running_.find(id);
        return found == running_.end() ? std::nullopt : std::optional{found->second.begin_at};
    }

private:
    struct Running {
        http::Client::RequestId request{};
        Instant begin_at{};
        model::Completion completion{};
        Done done;
        bool cancelled{false};
    };

    static AttemptResult cancelled_result() {
        AttemptResult result;
        result.outcome = model::ExecutionState::interrupt;
        result.reason = "cancelled";
        return result;
    }

    void begin(Waiting next) {
        const ExecuteId id = next.order.execute_id;
        Running& slot = running_[id];
        slot.begin_at = clock_.now();
        slot.completion = next.order.task->context.completion.value_or(model::Completion::automatic);
        slot.done = std::move(next.done);
        slot.request =
            client_.start(http_request(next.order, options_),
                          [this, id](const Result<http::ClientResponse>& answer) { end(id, answer); });
    }

    void end(const ExecuteId& id, const Result<http::ClientResponse>& answer) {
        const auto found = running_.find(id);
        assert(found != running_.end());
        Running slot = std::move(found->second);
        running_.erase(found);
        AttemptResult result = slot.cancelled ? cancelled_result() : read_answer(answer, slot.completion);
        result.begin_at = slot.begin_at;
        result.end_at = std::max(slot.begin_at, clock_.now());
        if (std::optional<Waiting> next = waiting_.pop()) begin(std::move(*next));
        slot.done(std::move(result));
    }

    http::Client& client_;
    const Clock& clock_;
    const Options options_;
    std::unordered_map<ExecuteId, Running> running_;
    FairQueue waiting_;
};

}  // namespace

std::unique_ptr<Pool> make_pool(http::Client& client, const Clock& clock, Options options) {
    return std::make_unique<RealPool>(client, clock, std::move(options));
}

std::optional<Millis> next_attempt_after(const model::Retry& retry, int number, const AttemptResult& result,
                                         double dice) {
    if (result.outcome != model::ExecutionState::failure || number >= retry.max_attempts) return std::nullopt;
    const bool named = std::ranges::any_of(retry.on, [&](const model::CodeRange& range) {
        return range.first <= result.code && result.code <= range.last;
    });
    if (!retry.on.empty() && result.code != 0 && !named) return std::nullopt;
    const double most =
        std::min(static_cast<double>(retry.max.count()),
                 static_cast<double>(retry.initial.count()) * std::pow(retry.multiplier, number - 1));
    const Millis jittered{std::llround(most * dice)};
    return std::max(jittered, result.retry_after.value_or(Millis{0}));
}

}  // namespace ecron::execution
