#include "simulation/database.hpp"

#include <algorithm>

#include "ecron/base/json_writer.hpp"
#include "ecron/model/fields.hpp"
#include "ecron/model/json.hpp"
#include "ecron/model/shard.hpp"

namespace ecron::sim {
namespace {

Instant whole_seconds(Instant instant) { return std::chrono::floor<Seconds>(instant); }

std::string replaced_json(const Database::JobRow& before) {
    std::string text;
    JsonWriter json(text);
    json.begin_object();
    json.member("cron_time", before.job.cron_time);
    json.member("plan", before.plan);
    json.member("type", static_cast<std::int64_t>(before.job.type));
    json.key("enabled").boolean(before.job.enabled);
    json.key("old_service").boolean(false);
    json.member("created_at", to_unix_seconds(before.job.created_at));
    json.member("effective_from", to_unix_millis(before.job.effective_from));
    json.end_object();
    return text;
}

/// Returns true if two definitions have the same occurrences.
bool same_schedule(const Database::JobRow& before, const model::Job& after, const std::string& plan_after) {
    const model::Plan a = model::read_plan(before.plan).value_or(model::Plan{});
    const model::Plan b = model::read_plan(plan_after).value_or(model::Plan{});
    return before.job.cron_time == after.cron_time && before.job.type == after.type &&
           before.job.enabled == after.enabled && model::same_occurrences(a, b);
}

std::unexpected<Error> no_job() { return fail(Errc::not_found, "this job does not exist", {"job_id"}); }

}  // namespace

Database::Database(const Timeline& timeline, std::size_t shards, Millis lease, Millis claim_ahead,
                   History& history, Mutations mutations)
    : timeline_(timeline),
      lease_(lease),
      claim_ahead_(claim_ahead),
      history_(history),
      mutations_(mutations),
      shards_(shards) {}

Shard Database::shard_of(const JobId& job) const { return model::shard_of(job, shards_.size()); }
Instant Database::watermark(Shard shard) const {
    return shards_[shard.value()].watermark.value_or(Instant{});
}

// --- leadership

Database::Session Database::connect() {
    sessions_[++last_session_] = now();
    return Session{last_session_};
}

bool Database::lives(Session session) const {
    const auto found = sessions_.find(static_cast<std::uint64_t>(session));
    return found != sessions_.end() && now() - found->second < lease_;
}

void Database::disconnect(Session session) {
    sessions_.erase(static_cast<std::uint64_t>(session));
    for (ShardRow& shard : shards_)
        if (shard.lock == session) shard.lock = Session::none;
}

void Database::release(Session session, Shard shard) {
    if (shards_[shard.value()].lock == session) shards_[shard.value()].lock = Session::none;
}

Database::Answer<store::ElectionState> Database::campaign(Session session, const store::CampaignRound& round,
                                                          bool renews, Millis clock_ahead) {
    if (!lives(session)) {
        disconnect(session);
        return fail(Errc::unavailable, "the session has ended");
    }
    sessions_[static_cast<std::uint64_t>(session)] = now();
    NodeRow& node_row = nodes_[round.node];
    node_row.session = session;
    if (renews) {
        node_row.lease_until = now() + lease_;
        node_row.clock_ahead = clock_ahead;
        node_row.can_lead = round.max_shards > 0;
    }
    for (const Shard shard : round.release) release(session, shard);
    store::ElectionState standing{.store_now = now(), .clock_ahead = clock_ahead, .shards = shards_.size()};
    const auto held = [&](const ShardRow& shard) { return shard.lock == session; };
    auto count = static_cast<std::size_t>(std::ranges::count_if(shards_, held));
    for (std::size_t number = 0; number < shards_.size(); ++number) {
        ShardRow& shard = shards_[number];
        const Shard name{static_cast<std::uint32_t>(number)};
        const bool given_back = std::ranges::find(round.release, name) != round.release.end();
        if (!held(shard) && !given_back && !lives(shard.lock)) {
            if (count < round.max_shards) {
                shard.lock = session;
                ++count;
            } else {
                ++standing.free;
            }
        }
        if (held(shard))
            standing.held.push_back(name);
        else if (lives(shard.lock))
            ++standing.led_by_others;
    }
    standing.live_nodes = static_cast<std::size_t>(std::ranges::count_if(nodes_, [&](const auto& node) {
        return node.first == round.node || (node.second.can_lead && node.second.lease_until > now());
    }));
    for (const NodeId& watched : round.watched) {
        const auto found = nodes_.find(watched);
        if (found == nodes_.end() || !lives(found->second.session)) standing.disconnected.push_back(watched);
    }
    return standing;
}

std::vector<Epoch> Database::newest_epochs() const {
    std::vector<Epoch> epochs;
    for (const ShardRow& shard : shards_) epochs.push_back(shard.epoch);
    return epochs;
}

Database::Answer<store::Term> Database::begin_term(Shard shard, const NodeId& node) {
    ShardRow& row = shards_[shard.value()];
    row.epoch = Epoch{row.epoch.value() + 1};
    row.node = node;
    if (!row.watermark) row.watermark = now() + ahead_;
    ++history_.commits;
    history_.fenced.push_back(
        {Fenced::begin, history_.commits, now(), shard, row.epoch, *row.watermark, row.planned});
    store::Term term{.epoch = row.epoch,
                     .watermark = *row.watermark,
                     .planned = row.planned,
                     .head = ChangeNumber{static_cast<std::int64_t>(changes_.size())}};
    for (const MissedNote& note : history_.missed)
        if (note.missed.to > *row.watermark) term.missed.push_back(note.missed);
    return term;
}

void Database::leave(const NodeId& node) {
    if (const auto found = nodes_.find(node); found != nodes_.end()) found->second.lease_until = now();
}

store::Cluster Database::cluster() {
    store::Cluster cluster{.now = now()};
    for (const auto& [node, row] : nodes_)
        cluster.nodes.push_back({node, row.lease_until, row.lease_until > now(), row.clock_ahead});
    for (std::size_t number = 0; number < shards_.size(); ++number) {
        const ShardRow& shard = shards_[number];
        cluster.shards.push_back({Shard{static_cast<std::uint32_t>(number)}, shard.node, shard.epoch,
                                  shard.watermark, shard.planned});
    }
    return cluster;
}

// --- jobs

const Database::JobRow* Database::find_job(JobKey key) const {
    const auto found = jobs_.find(key);
    return found == jobs_.end() ? nullptr : &found->second;
}

const Database::JobRow* Database::find_job(const JobId& id) const {
    const auto found = job_ids_.find(id);
    return found == job_ids_.end() ? nullptr : find_job(found->second);
}

ChangeNumber Database::add_change(std::string kind, const model::Job& job, const JobRow* before) {
    const ChangeNumber number{static_cast<std::int64_t>(changes_.size()) + 1};
    changes_.push_back({.number = number,
                        .kind = std::move(kind),
                        .job_id = job.id,
                        .job_key = job.key,
                        .tenant = job.tenant,
                        .at = now(),
                        .replaced = before == nullptr ? std::string{} : replaced_json(*before)});
    return number;
}

void Database::note_job(const model::Job& job, bool deleted) {
    ++history_.commits;
    history_.jobs.push_back({.at = now(),
                             .commit = history_.commits,
                             .key = job.key,
                             .number = job.revision,
                             .watermark = watermark(shard_of(job.id)),
                             .planned = shards_[shard_of(job.id).value()].planned,
                             .job = deleted ? std::nullopt : std::optional{job}});
}

Database::Answer<model::Job> Database::create_job(model::Job job, const std::string& plan) {
    if (job_ids_.contains(job.id)) return fail(Errc::conflict, "a job with that id exists", {"job_id"});
    if (!names_.emplace(job.tenant, job.name).second)
        return fail(Errc::conflict, "another job of this tenant has that name", {"job_name"});
    job.key = JobKey{++last_key_};
    job.created_at = whole_seconds(job.created_at);
    job.updated_at = whole_seconds(job.updated_at);
    job.effective_from = now();
    job.revision = add_change("create", job, nullptr);
    job_ids_[job.id] = job.key;
    jobs_[job.key] = {job, plan};
    note_job(job, false);
    return job;
}

Database::Answer<model::Job> Database::replace_job(model::Job job, const std::string& plan,
                                                   std::optional<ChangeNumber> if_match) {
    const auto found = job_ids_.find(job.id);
    if (found == job_ids_.end()) return no_job();
    JobRow& row = jobs_.at(found->second);
    if (if_match && row.job.revision != *if_match)
        return fail(Errc::conflict, "the job has changed meanwhile", {"revision"});
    job.key = row.job.key;
    job.tenant = row.job.tenant;
    job.created_at = row.job.created_at;
    job.updated_at = whole_seconds(job.updated_at);
    job.effective_from = same_schedule(row, job, plan) ? row.job.effective_from : now();
    job.revision = add_change("update", job, &row);
    row = {job, plan};
    note_job(job, false);
    return job;
}

Database::Answer<model::Job> Database::enable_job(const JobId& id, bool enabled) {
    const auto found = job_ids_.find(id);
    if (found == job_ids_.end()) return no_job();
    JobRow& row = jobs_.at(found->second);
    const ChangeNumber number = add_change("enable", row.job, &row);
    if (row.job.enabled != enabled) row.job.effective_from = now();
    row.job.enabled = enabled;
    row.job.updated_at = whole_seconds(now());
    row.job.revision = number;
    note_job(row.job, false);
    return row.job;
}

std::vector<model::Job> Database::delete_jobs(const std::vector<JobId>& ids) {
    std::vector<model::Job> deleted;
    for (const JobId& id : ids) {
        const auto found = job_ids_.find(id);
        if (found == job_ids_.end()) continue;
        JobRow row = std::move(jobs_.at(found->second));
        row.job.revision = add_change("delete", row.job, &row);
        jobs_.erase(found->second);
        job_ids_.erase(found);
        names_.erase({row.job.tenant, row.job.name});
        note_job(row.job, true);
        deleted.push_back(std::move(row.job));
    }
    return deleted;
}

void Database::disable_completed(const store::CompletedOneShot& completed) {
    const auto found = jobs_.find(completed.job);
    if (found == jobs_.end()) return;
    JobRow& row = found->second;
    if (!row.job.enabled || row.job.effective_from != completed.since) return;
    const ChangeNumber number = add_change("spent", row.job, &row);
    row.job.enabled = false;
    row.job.updated_at = whole_seconds(now());
    row.job.effective_from = now();
    row.job.revision = number;
    note_job(row.job, false);
    history_.jobs.back().spent = true;
}

void Database::set_paused(const std::optional<TenantId>& tenant, bool paused) {
    if (paused == pauses_.contains(tenant)) return;
    changes_.push_back({.number = ChangeNumber{static_cast<std::int64_t>(changes_.size()) + 1},
                        .kind = paused ? "pause" : "resume",
                        .tenant = tenant.value_or(TenantId{}),
                        .at = now(),
                        .since = paused ? std::nullopt : std::optional{pauses_.at(tenant)}});
    if (paused) {
        pauses_[tenant] = now();
        history_.pauses.push_back({.tenant = tenant, .from = now()});
        return;
    }
    pauses_.erase(tenant);
    for (PauseSpan& span : history_.pauses)
        if (span.tenant == tenant && !span.to) span.to = now(), span.resume = changes_.back().number;
}

store::ActivePauses Database::pauses() const {
    store::ActivePauses pauses;
    for (const auto& [tenant, since] : pauses_) {
        if (tenant)
            pauses.tenants.push_back({*tenant, since});
        else
            pauses.all = since;
    }
    return pauses;
}

}  // namespace ecron::sim
