#include "execution/lane.hpp"

#include <algorithm>
#include <cassert>

namespace ecron::execution {
namespace {

constexpr std::size_t kSharesOfRest = 4;

/// An interrupt returned by the runner keeps its own reason: why work may still be running.
void make_cancelled(AttemptResult& result) {
    if (result.outcome != model::ExecutionState::interrupt || result.reason.empty())
        result.reason = "cancelled";
    result.outcome = model::ExecutionState::interrupt;
    result.accepted = false;
}

}  // namespace

void LaneQueue::submit(AttemptOrder order, Pool::Done done) {
    Waiting waiting{std::move(order), std::move(done)};
    waiting.place = lane_.per_place == SIZE_MAX ? std::string{} : lane_.runner->place_of(*waiting.order.task);
    queue_.push(std::move(waiting));
    fill();
}

bool LaneQueue::cancel(const ExecuteId& id, Left left) {
    if (const auto found = running_.find(id); found != running_.end()) {
        if (std::exchange(found->second.cancelled, true)) return true;
        if (left == Left::nothing)
            lane_.runner->cancel(id);
        else
            lane_.runner->let_go(id);
        return true;
    }
    std::optional<Waiting> taken = queue_.take(id);
    for (auto place = places_.begin(); !taken && place != places_.end(); ++place) {
        taken = place->second.crowd.take(id);
        if (taken) --crowded_;
    }
    if (!taken) return false;
    if (taken->holds_place) leave(taken->place);
    AttemptResult result;
    make_cancelled(result);
    result.begin_at = result.end_at = clock_.now();
    taken->done(std::move(result));
    return true;
}

std::optional<Instant> LaneQueue::began(const ExecuteId& id) const {
    const auto found = running_.find(id);
    return found == running_.end() ? std::nullopt : std::optional{found->second.begin_at};
}

bool LaneQueue::may_run(const TenantId& tenant) const {
    const auto found = running_of_.find(tenant);
    if (found != running_of_.end() && found->second >= lane_.per_tenant) return false;
    if (lane_.tenants == Tenants::one) return true;
    return found == running_of_.end() || found->second < kSharesOfRest * (lane_.limit - running_.size());
}

/// Whether the attempt may use its place; if not, it was added to the place's queue.
bool LaneQueue::find_room(Waiting& waiting) {
    if (waiting.place.empty() || waiting.holds_place) return true;
    Place& place = places_[waiting.place];
    if (place.taken < lane_.per_place) {
        ++place.taken;
        return true;
    }
    place.crowd.push(std::move(waiting));
    ++crowded_;
    return false;
}

/// Frees a slot of a place: it is given to a waiting attempt, which becomes the next of its tenant to start.
void LaneQueue::leave(const std::string& name) {
    if (name.empty()) return;
    const auto found = places_.find(name);
    Place& place = found->second;
    if (std::optional<Waiting> next = place.crowd.pop([](const TenantId&) { return true; })) {
        --crowded_;
        next->holds_place = true;
        queue_.push_front(std::move(*next));
    } else if (--place.taken == 0) {
        places_.erase(found);
    }
}

void LaneQueue::fill() {
    const auto may = [this](const TenantId& tenant) { return may_run(tenant); };
    while (running_.size() < lane_.limit) {
        std::optional<Waiting> next = queue_.pop(may);
        if (!next) return;
        if (find_room(*next)) begin(std::move(*next));
    }
}

void LaneQueue::begin(Waiting next) {
    const AttemptOrder order = std::move(next.order);
    const ExecuteId id = order.execute_id;
    assert(!running_.contains(id));
    running_[id] = {.task = order.task,
                    .place = std::move(next.place),
                    .begin_at = clock_.now(),
                    .done = std::move(next.done)};
    ++running_of_[order.task->tenant];
    lane_.runner->start(order, [this, id](AttemptResult result) { end(id, std::move(result)); });
}

void LaneQueue::end(const ExecuteId& id, AttemptResult result) {
    const auto found = running_.find(id);
    assert(found != running_.end());
    Running ended = std::move(found->second);
    running_.erase(found);
    const auto tenant = running_of_.find(ended.task->tenant);
    if (--tenant->second == 0) running_of_.erase(tenant);
    leave(ended.place);
    if (ended.cancelled) make_cancelled(result);
    result.begin_at = ended.begin_at;
    result.end_at = std::max(ended.begin_at, clock_.now());
    fill();
    ended.done(std::move(result));
}

}  // namespace ecron::execution
