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
    waiting.host = lane_.per_host == SIZE_MAX ? std::string{} : lane_.runner->host_of(*waiting.order.task);
    queue_.push(std::move(waiting));
    fill();
}

bool LaneQueue::cancel(const ExecuteId& id, CancelMode mode) {
    if (const auto found = running_.find(id); found != running_.end()) {
        if (std::exchange(found->second.cancelled, true)) return true;
        if (mode == CancelMode::stop)
            lane_.runner->cancel(id);
        else
            lane_.runner->detach(id);
        return true;
    }
    std::optional<Waiting> taken = queue_.take(id);
    for (auto host = hosts_.begin(); !taken && host != hosts_.end(); ++host) {
        taken = host->second.blocked.take(id);
        if (taken) --blocked_;
    }
    if (!taken) return false;
    if (taken->holds_host_slot) release_host(taken->host);
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

/// Whether the attempt got a slot of its host; if not, it was added to the host's queue.
bool LaneQueue::reserve_host(Waiting& waiting) {
    if (waiting.host.empty() || waiting.holds_host_slot) return true;
    HostLimit& limit = hosts_[waiting.host];
    if (limit.taken < lane_.per_host) {
        ++limit.taken;
        return true;
    }
    limit.blocked.push(std::move(waiting));
    ++blocked_;
    return false;
}

/// Frees a slot of a host: it is given to a waiting attempt, which becomes the next of its tenant to start.
void LaneQueue::release_host(const std::string& host) {
    if (host.empty()) return;
    const auto found = hosts_.find(host);
    HostLimit& limit = found->second;
    if (std::optional<Waiting> next = limit.blocked.pop([](const TenantId&) { return true; })) {
        --blocked_;
        next->holds_host_slot = true;
        queue_.push_front(std::move(*next));
    } else if (--limit.taken == 0) {
        hosts_.erase(found);
    }
}

void LaneQueue::fill() {
    const auto may = [this](const TenantId& tenant) { return may_run(tenant); };
    while (running_.size() < lane_.limit) {
        std::optional<Waiting> next = queue_.pop(may);
        if (!next) return;
        if (!reserve_host(*next)) continue;
        if (next->order.may_start && !next->order.may_start())
            withhold(std::move(*next));
        else
            begin(std::move(*next));
    }
}

void LaneQueue::withhold(Waiting next) {
    release_host(next.host);
    AttemptResult result{.withheld = true};
    result.begin_at = result.end_at = clock_.now();
    next.done(std::move(result));
}

void LaneQueue::begin(Waiting next) {
    const AttemptOrder order = std::move(next.order);
    const ExecuteId id = order.execute_id;
    assert(!running_.contains(id));
    running_[id] = {.task = order.task,
                    .host = std::move(next.host),
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
    release_host(ended.host);
    if (ended.cancelled) make_cancelled(result);
    result.begin_at = ended.begin_at;
    result.end_at = std::max(ended.begin_at, clock_.now());
    fill();
    ended.done(std::move(result));
}

}  // namespace ecron::execution
