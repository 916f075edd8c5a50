#include "simulation/clients.hpp"

#include <fmt/format.h>

#include "ecron/model/json.hpp"
#include "simulation/jobs.hpp"
#include "simulation/reference.hpp"

namespace ecron::sim {
namespace {

using namespace std::chrono_literals;

}  // namespace

Clients::Clients(Timeline& timeline, Database& database, std::vector<std::unique_ptr<Node>>& nodes, Dice dice,
                 Millis span)
    : timeline_(timeline),
      database_(database),
      nodes_(nodes),
      dice_(dice),
      span_(span) {}

Node* Clients::some_node() {
    std::vector<Node*> serving;
    for (const auto& node : nodes_)
        if (node->serves()) serving.push_back(node.get());
    return serving.empty() ? nullptr : serving[dice_.index(serving.size())];
}

/// Requests are chosen shortly before they are sent, so that they can target the due time of their job.
void Clients::plan_edits(std::size_t count, Time from, Time until) {
    for (std::size_t i = 0; i < count; ++i) {
        timeline_.at(dice_.between(from, until), [this] {
            if (database_.jobs().empty()) return;
            auto chosen = database_.jobs().begin();
            std::advance(chosen, static_cast<std::ptrdiff_t>(dice_.index(database_.jobs().size())));
            const model::Job& job = chosen->second.job;
            Request request{.job = job.id, .tenant = job.tenant, .seed = dice_.roll()};
            const auto which = dice_.between(1, 100);
            request.wish = which <= 8    ? Wish::create
                           : which <= 48 ? Wish::update
                           : which <= 58 ? Wish::disable
                           : which <= 70 ? Wish::enable
                           : which <= 75 ? Wish::remove
                           : which <= 78 ? Wish::pause
                           : which <= 82 ? Wish::resume
                           : which <= 92 ? Wish::run
                                         : Wish::cancel;
            if (dice_.one_in(4)) request.tenant = TenantId{};
            const std::optional<Instant> due = next_due(job, timeline_.instant());
            Time at = timeline_.now();
            if (due && *due - timeline_.instant() < 60s && dice_.percent(70))
                at = timeline_.time_of(*due) + dice_.between(Time{-400ms}, Time{100ms});
            timeline_.at(at, [this, request] { make(request); });
        });
    }
}

void Clients::make(Request request) {
    if (request.wish == Wish::run) request.execution = ExecuteId{fmt::format("run-{}", ++made_)};
    if (request.wish == Wish::create) request.job = JobId{fmt::format("new-{}", ++made_)};
    if (request.wish == Wish::cancel) {
        const std::vector<model::Execution> unended = database_.unended(50, 0);
        if (unended.empty()) return;
        request.execution = unended[dice_.index(unended.size())].id;
    }
    if (dice_.one_in(15)) return;  // lost in transit
    if (dice_.one_in(15)) send(request);
    // Every pause is ended later, so that there are runs.
    if (request.wish == Wish::pause) {
        Request lift = request;
        lift.wish = Wish::resume;
        lift.tries = 100;
        timeline_.after(dice_.between(Time{100ms}, Time{40s}), [this, lift] { send(lift); });
    }
    send(std::move(request));
}

void Clients::send(Request request) {
    Node* const node = some_node();
    if (node == nullptr) return again(std::move(request), fail(Errc::unavailable, "no node responds"));
    node->process().spawn(serve(*this, *node, std::move(request)));
    node->process().poll();
}

void Clients::again(Request request, const Result<void>& refused) {
    if (refused || refused.error().code != Errc::unavailable || --request.tries <= 0) return;
    timeline_.after(dice_.between(Time{100ms}, Time{2s}),
                    [this, request = std::move(request)] { send(request); });
}

boost::asio::awaitable<void> Clients::serve(Clients& clients, Node& node, Request request) {
    const Result<void> done = co_await carry_out(clients, node, request);
    clients.again(std::move(request), done);
}

Clients::Done Clients::carry_out(Clients& clients, Node& node, Request request) {
    switch (request.wish) {
        case Wish::create:
            return create(clients, node, std::move(request));
        case Wish::update:
            return update(clients, node, std::move(request));
        case Wish::enable:
            return enable(node, request.job, true);
        case Wish::disable:
            return enable(node, request.job, false);
        case Wish::remove:
            return remove(node, request.job);
        case Wish::pause:
            return pause(node, request.tenant, true);
        case Wish::resume:
            return pause(node, request.tenant, false);
        case Wish::run:
            return run(clients, node, std::move(request));
        case Wish::cancel:
            return cancel(clients, node, std::move(request));
    }
    std::abort();
}

Clients::Done Clients::create(Clients& clients, Node& node, Request request) {
    Dice dice{request.seed};
    Definition made = new_job(dice, 0, node.clock().now(), clients.span_);
    made.job.id = request.job;
    made.job.name = request.job.value();
    const Result<model::Job> created = co_await node.store().create_job(made.job, made.plan);
    if (!created) co_return std::unexpected(created.error());
    node.scheduler().job_changed(*created);
    co_return Result<void>{};
}

Clients::Done Clients::update(Clients& clients, Node& node, Request request) {
    const auto found = co_await node.store().find_job(std::nullopt, request.job);
    if (!found) co_return std::unexpected(found.error());
    if (!*found) co_return fail(Errc::not_found, "no such job");
    Dice dice{request.seed};
    const Definition made = changed_job(dice, **found, node.clock().now(), clients.span_);
    const auto if_match = dice.one_in(2) ? std::optional{(*found)->revision} : std::nullopt;
    const Result<model::Job> replaced =
        co_await node.store().replace_job(std::nullopt, made.job, made.plan, if_match);
    if (!replaced) co_return std::unexpected(replaced.error());
    node.scheduler().job_changed(*replaced);
    co_return Result<void>{};
}

Clients::Done Clients::enable(Node& node, JobId job, bool enabled) {
    std::vector<JobId> ids{std::move(job)};
    const auto changed = co_await node.store().enable_jobs(std::nullopt, std::move(ids), enabled);
    if (!changed) co_return std::unexpected(changed.error());
    for (const model::Job& one : *changed) node.scheduler().job_changed(one);
    co_return Result<void>{};
}

Clients::Done Clients::remove(Node& node, JobId job) {
    std::vector<JobId> ids{std::move(job)};
    const auto deleted = co_await node.store().delete_jobs(std::nullopt, std::move(ids));
    if (!deleted) co_return std::unexpected(deleted.error());
    for (const model::Job& one : *deleted) node.scheduler().job_deleted(one, "a client");
    co_return Result<void>{};
}

Clients::Done Clients::pause(Node& node, TenantId tenant, bool paused) {
    const auto whose = tenant.value().empty() ? std::nullopt : std::optional{tenant};
    const Result<void> changed = co_await node.store().set_paused(whose, paused);
    if (!changed) co_return changed;
    node.scheduler().paused();
    co_return Result<void>{};
}

Clients::Done Clients::run(Clients& clients, Node& node, Request request) {
    const auto found = co_await node.store().find_job(std::nullopt, request.job);
    if (!found) co_return std::unexpected(found.error());
    if (!*found) co_return fail(Errc::not_found, "no such job");
    model::RunRequest run{.id = request.execution};
    const auto accepted = co_await node.scheduler().run_now(**found, std::move(run));
    if (!accepted) co_return std::unexpected(accepted.error());
    clients.promises_.runs.push_back(request.execution);
    co_return Result<void>{};
}

Clients::Done Clients::cancel(Clients& clients, Node& node, Request request) {
    const auto cancelled = co_await node.scheduler().cancel(std::nullopt, request.execution, "a client");
    if (!cancelled) co_return std::unexpected(cancelled.error());
    if (cancelled->state == model::ExecutionState::interrupt)
        clients.promises_.cancelled.push_back(request.execution);
    co_return Result<void>{};
}

void Clients::report(const ExecuteId& id) { send_report(id, 8); }

void Clients::send_report(ExecuteId id, int tries) {
    Node* const node = some_node();
    if (node != nullptr) {
        node->process().spawn(serve_report(*this, *node, std::move(id), tries));
        node->process().poll();
    } else if (tries > 1) {
        timeline_.after(Time{1s}, [this, id = std::move(id), tries] { send_report(id, tries - 1); });
    }
}

boost::asio::awaitable<void> Clients::serve_report(Clients& clients, Node& node, ExecuteId id, int tries) {
    const Result<void> kept = co_await node.scheduler().callback(std::nullopt, id, "{}");
    if (kept) clients.promises_.reported.push_back(id);
    if (kept || kept.error().code != Errc::unavailable || tries <= 1) co_return;
    clients.timeline_.after(Time{1s}, [&clients, id, tries] { clients.send_report(id, tries - 1); });
}

}  // namespace ecron::sim
