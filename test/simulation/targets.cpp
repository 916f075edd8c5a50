#include "simulation/targets.hpp"

#include <algorithm>

namespace ecron::sim {
namespace {

using namespace std::chrono_literals;

constexpr Millis kUsualTimeout{20'000};

execution::AttemptResult cancelled() {
    execution::AttemptResult result;
    result.outcome = model::ExecutionState::interrupt;
    result.reason = "cancelled";
    return result;
}

execution::AttemptResult result_of(const Targets::Answer& answer) {
    execution::AttemptResult result;
    result.accepted = answer.accepts;
    result.output = "an answer";
    if (answer.succeeds && !answer.hangs) {
        result.outcome = model::ExecutionState::success;
        result.code = answer.accepts ? 202 : 200;
    } else {
        result.code = answer.hangs ? 0 : 500;
        result.reason = answer.hangs ? "timeout" : "the target answered 500";
    }
    return result;
}

}  // namespace

Targets::Answer Targets::call(const execution::AttemptOrder& order, const NodeId& node) {
    history_.calls.push_back(
        {.id = order.execute_id, .attempt = order.attempt, .node = node, .at = timeline_.instant()});
    const auto completion = order.task->context.completion.value_or(model::Completion::automatic);
    Answer answer{.after = dice_.between(Time{1ms}, dice_.one_in(10) ? Time{15s} : Time{400ms}),
                  .call = history_.calls.size() - 1};
    const auto fate = dice_.between(1, 100);
    answer.succeeds = fate > 8;
    answer.hangs = fate <= 2;
    answer.accepts = answer.succeeds && (completion == model::Completion::callback ||
                                         (completion == model::Completion::automatic && dice_.one_in(30)));
    if (!answer.accepts || dice_.one_in(10)) return answer;
    // The callback may arrive before the response, and twice.
    for (std::int64_t times = dice_.one_in(5) ? 2 : 1; times > 0; --times) {
        const Time at =
            dice_.one_in(5) ? answer.after / 2 : answer.after + dice_.between(Time{10ms}, Time{12s});
        timeline_.after(at, [this, id = order.execute_id] { report_(id); });
    }
    return answer;
}

ModelPool::ModelPool(Process& process, const Clock& clock, Targets& targets, NodeId node, std::size_t limit)
    : process_(process),
      clock_(clock),
      targets_(targets),
      node_(std::move(node)),
      limit_(limit) {}

void ModelPool::submit(execution::AttemptOrder order, Done done) {
    if (running_.size() < limit_)
        begin({std::move(order), std::move(done)});
    else
        waiting_.push_back({std::move(order), std::move(done)});
}

void ModelPool::begin(Waiting next) {
    const ExecuteId id = next.order.execute_id;
    const Millis timeout = next.order.task->context.timeout.value_or(kUsualTimeout);
    const Targets::Answer answer = targets_.call(next.order, node_);
    const bool too_long = answer.hangs || answer.after > timeout;
    const std::uint64_t number = ++begun_;
    running_[id] = {.number = number, .began = clock_.now(), .done = std::move(next.done)};
    const Ticket ticket = process_.park([this, id, number, answer, too_long] {
        targets_.ended(answer.call);
        Targets::Answer heard = answer;
        heard.hangs = too_long;
        heard.accepts = answer.accepts && !too_long;
        end(id, number, result_of(heard));
    });
    process_.timeline().after(too_long ? Time{timeout} : answer.after, process_.shared_from_this(), ticket);
}

void ModelPool::end(const ExecuteId& id, std::uint64_t number, execution::AttemptResult result) {
    const auto found = running_.find(id);
    if (found == running_.end() || found->second.number != number) return;
    Running run = std::move(found->second);
    running_.erase(found);
    result.begin_at = run.began;
    result.end_at = std::max(run.began, clock_.now());
    while (!waiting_.empty() && running_.size() < limit_) {
        Waiting next = std::move(waiting_.front());
        waiting_.pop_front();
        if (next.order.may_start())
            begin(std::move(next));
        else
            next.done({.withheld = true});
    }
    run.done(std::move(result));
}

void ModelPool::cancel(const ExecuteId& id) {
    if (const auto found = running_.find(id); found != running_.end()) {
        process_.wake(
            process_.park([this, id, number = found->second.number] { end(id, number, cancelled()); }));
        return;
    }
    const auto waits =
        std::ranges::find(waiting_, id, [](const Waiting& one) { return one.order.execute_id; });
    if (waits == waiting_.end()) return;
    process_.wake(process_.park([done = std::move(waits->done), now = clock_.now()]() mutable {
        execution::AttemptResult result = cancelled();
        result.begin_at = result.end_at = now;
        done(std::move(result));
    }));
    waiting_.erase(waits);
}

std::optional<Instant> ModelPool::began(const ExecuteId& id) const {
    const auto found = running_.find(id);
    return found == running_.end() ? std::nullopt : std::optional{found->second.began};
}

}  // namespace ecron::sim
