#include "store/executions/claims.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <unordered_map>

#include "ecron/base/log.hpp"
#include "ecron/model/shard.hpp"
#include "ecron/store/refusal.hpp"
#include "store/jobs/changes.hpp"
#include "store/jobs/jobs.hpp"
#include "store/outbox/outbox.hpp"
#include "store/retention/history.hpp"
#include "store/sql/records.hpp"

namespace ecron::store {

namespace {

/// One execution of a claim, and the location of its result.
struct ClaimedRow {
    const model::Execution* execution;
    ClaimWrite* claim;
    std::size_t place;
};

constexpr std::size_t kNameBytes = 64;  // of a job name, as limited by the column

std::int64_t number_of(Shard shard) { return shard.value(); }

/// Verifies that the epoch is current and locks the shard's row until the transaction ends. Incrementing
/// f_beats ensures that a matching row always changes.
void fence(Session& session, Shard shard, Epoch epoch) {
    Statement& update = session.prepare(
        "update t_cron_shard set f_beats = f_beats + 1 where f_shard = :shard and f_epoch = :epoch", "ii");
    update << number_of(shard) << epoch.value();
    if (update.run() == 0) throw WriteRejected({Errc::denied, "another term has begun", {}});
}

/// Returns the newest claim of each shard among `writes`, by shard; nullopt if there are two terms of one
/// shard.
std::optional<std::vector<const Claim*>> newest_claims(std::span<Write* const> writes) {
    std::map<Shard, const Claim*> newest;
    for (const Write* const write : writes) {
        const Claim& claim = static_cast<const ClaimWrite*>(write)->claim;
        const Claim*& of_shard = newest[claim.shard];
        if (of_shard != nullptr && of_shard->epoch != claim.epoch) return std::nullopt;
        of_shard = &claim;
    }
    std::vector<const Claim*> claims;
    for (const auto& [shard, claim] : newest) claims.push_back(claim);
    return claims;
}

/// Throws the reason why the fence of one claim changed no row.
[[noreturn]] void refuse(Session& session, const Claim& claim) {
    Statement& read =
        session.prepare("select 1 from t_cron_shard where f_shard = :shard and f_epoch = :epoch", "ii", "i");
    read << number_of(claim.shard) << claim.epoch.value();
    if (read.first())
        throw WriteRejected({Errc::unavailable, "this node's clock is ahead of the database's", {}});
    throw WriteRejected({Errc::denied, "another term has begun", {}});
}

/// The fences of several claims, one per shard, in one statement, so that the number of round trips does not
/// grow with the number of shards. Each fence also advances its shard's watermark, never backwards and never
/// beyond the tolerance for the store's clock. A watermark beyond it, from a time when that clock was wrong,
/// does not prevent claims that leave it where it is.
void fence(Session& session, const std::vector<const Claim*>& claims) {
    const std::string_view clock = session.dialect().texts.now_expression;
    const std::size_t count = claims.size();
    const bool own_clock = clock.empty();
    const std::int64_t slack = Millis(session.options().claim_ahead + Seconds{1}).count();
    const std::int64_t limit = own_clock ? to_unix_millis(session.now()) + slack : slack;
    std::string planned, watermark, where;
    for (std::size_t i = 0; i < claims.size(); ++i) {
        planned += fmt::format(" when :s{0} then :p{0}", i);
        watermark +=
            fmt::format(" when :t{0} then case when f_watermark > :w{0} then f_watermark else :x{0} end", i);
        where += fmt::format(
            "{0}(f_shard = :u{1} and f_epoch = :e{1} and (f_watermark >= :y{1} or :z{1} <= {2} + :k{1}))",
            i > 0 ? " or " : "", i, own_clock ? "0" : clock);
    }
    Statement& update = session.prepare(
        fmt::format("update t_cron_shard set f_beats = f_beats + 1, f_planned = case f_shard{} end, "
                    "f_watermark = case f_shard{} end where {}",
                    planned, watermark, where),
        std::string(10 * count, 'i'));
    for (const Claim* claim : claims) update << number_of(claim->shard) << claim->planned.value();
    for (const Claim* claim : claims) {
        const std::int64_t instant = to_unix_millis(claim->watermark);
        update << number_of(claim->shard) << instant << instant;
    }
    for (const Claim* claim : claims) {
        const std::int64_t instant = to_unix_millis(claim->watermark);
        update << number_of(claim->shard) << claim->epoch.value() << instant << instant << limit;
    }
    if (update.run() == count) return;
    if (count > 1) throw SplitBatch();
    refuse(session, *claims.front());
}

const Rows& plain_insert() {
    static const Rows rows{.head = kExecutionInsert, .types = kExecutionInsertTypes};
    return rows;
}

const Rows& keeping_insert(Driver driver) {
    static const DialectRows rows(
        plain_insert(), [](const Dialect& dialect) { return dialect.keep_existing("f_execute_id"); });
    return rows.of(driver);
}

void insert(Session& session, const Rows& shape, const std::vector<ClaimedRow>& rows) {
    session.run_rows(
        shape, rows.size(), [&](Statement& row, std::size_t i) { bind_execution(row, *rows[i].execution); },
        [&](std::size_t i) { return execution_bytes(*rows[i].execution); });
}

/// Stores a row that the database refuses because of its content with a plain ASCII name: the name is the
/// only text from outside in a planned run.
void insert_refused(Session& session, const ClaimedRow& row, const SqlError& refusal) {
    model::Execution plain = *row.execution;
    plain.job_name = plain_text(plain.job_name, kNameBytes);
    drop_payload(plain, refusal.what());
    log::warn("stored claimed execution without its texts execute_id={} job_id={} error=\"{}\"", plain.id,
              plain.job_id, refusal.what());
    insert(session, keeping_insert(session.driver()), {{&plain, row.claim, row.place}});
}

/// Inserts row by row, so that a refusal affects only that row.
void insert_each(Session& session, const std::vector<ClaimedRow>& rows) {
    for (const ClaimedRow& row : rows) {
        session.run("savepoint claimed_row");
        try {
            insert(session, keeping_insert(session.driver()), {row});
        } catch (const SqlError& error) {
            if (!is_refused_content(to_error(error))) throw;
            session.run("rollback to savepoint claimed_row");
            insert_refused(session, row, error);
        }
    }
}

/// Determines which node runs each row by its owner: rows with the claim's own epoch belong to the claim,
/// regardless of which try inserted them.
void read_back(Session& session, const std::vector<ClaimedRow>& rows) {
    std::unordered_map<std::string_view, const ClaimedRow*> wanted;
    for (const ClaimedRow& row : rows) wanted.emplace(row.execution->id.value(), &row);
    for (std::size_t at = 0; at < rows.size(); at += kLongestList) {
        const std::size_t count = std::min(kLongestList, rows.size() - at);
        const std::size_t size = list_size(count);
        Statement& select = session.prepare(fmt::format("select f_execute_id, f_job_id, f_nominal, f_epoch, "
                                                        "f_job_status, f_attempt from t_cron_job_status "
                                                        "where f_execute_id in ({})",
                                                        placeholders(size)),
                                            std::string(size, 's'), "ssiiii");
        for (std::size_t i = 0; i < size; ++i)
            select << rows[at + std::min(i, count - 1)].execution->id.value();
        for (select.run(); select.fetch();) {
            const ClaimedRow& row = *wanted.at(select.text(0));
            const model::Execution& execution = *row.execution;
            const bool same_scheduled_at =
                select.is_null(2)
                    ? !execution.scheduled_at
                    : execution.scheduled_at && to_unix_millis(*execution.scheduled_at) == select.integer(2);
            if (select.text(1) != execution.job_id.value() || !same_scheduled_at) {
                log::error("execution id is already used by another run execute_id={} job_id={}",
                           execution.id, execution.job_id);
                row.claim->result->mine[row.place] = false;
                continue;
            }
            // A row of this epoch that has begun was claimed by an earlier claim and is already in progress.
            row.claim->result->mine[row.place] = select.integer(3) == execution.epoch.value() &&
                                                 select.integer(4) == static_cast<int>(execution.state) &&
                                                 select.integer(5) == execution.attempt;
        }
    }
}

const Rows& missed_insert(Driver driver) {
    static const DialectRows rows(
        {.head = "insert into t_cron_missed (f_job_key, f_from, f_to, f_count, f_reason, f_at) values ",
         .types = "iiiisi"},
        [](const Dialect& dialect) { return std::string(dialect.texts.keep_longer_summary); });
    return rows.of(driver);
}

void insert(Session& session, const std::vector<Missed>& missed) {
    const std::int64_t now = to_unix_millis(session.now());
    session.run_rows(
        missed_insert(session.driver()), missed.size(),
        [&](Statement& row, std::size_t i) {
            const Missed& one = missed[i];
            row << one.job.value() << to_unix_millis(one.from) << to_unix_millis(one.to) << one.count
                << one.reason << now;
        },
        [](std::size_t) { return std::size_t{100}; });
}

/// Returns true if this summary is not recorded, or only in a shorter form.
bool is_new(Session& session, const Missed& missed) {
    Statement& read = session.prepare(
        "select f_to from t_cron_missed where f_job_key = :job and f_from = :from", "ii", "i");
    read << missed.job.value() << to_unix_millis(missed.from);
    return !read.first() || read.integer(0) < to_unix_millis(missed.to);
}

void announce(Session& session, const std::vector<MissedAnnouncement>& announcements) {
    std::vector<Announced> announced;
    for (const MissedAnnouncement& one : announcements)
        if (is_new(session, one.missed))
            announced.push_back({&one.execution, &one.tenant, &one.announcement});
    insert_announcements(session, announced);
}

/// A summary of occurrences that are after an instant, in whole or in part.
struct Reaching {
    std::int64_t id{}, from{}, to{}, count{};
};

std::vector<Reaching> summaries_beyond(Session& session, Shard shard, Instant instant) {
    Statement& shards = session.prepare("select count(*) from t_cron_shard", "", "i");
    shards.first();
    const auto count = static_cast<std::size_t>(shards.integer(0));
    Statement& read = session.prepare(
        "select m.f_id, m.f_from, m.f_to, m.f_count, j.f_job_id from t_cron_missed m join t_cron_job j on "
        "j.f_key_id = m.f_job_key where m.f_to > :instant",
        "i", "iiiis");
    read << to_unix_millis(instant);
    std::vector<Reaching> found;
    for (read.run(); read.fetch();)
        if (model::shard_of(JobId(read.text(4)), count) == shard)
            found.push_back({read.integer(0), read.integer(1), read.integer(2), read.integer(3)});
    return found;
}

/// Removes the occurrences after an instant from the summaries of a shard: they are planned again. Of a
/// summary that reaches beyond it, the count is reduced in proportion.
void end_summaries(Session& session, Shard shard, Instant instant) {
    const std::int64_t end = to_unix_millis(instant);
    for (const Reaching& one : summaries_beyond(session, shard, instant)) {
        if (one.from > end) {
            Statement& remove = session.prepare("delete from t_cron_missed where f_id = :id", "i");
            remove << one.id;
            remove.run();
            continue;
        }
        const double part = static_cast<double>(end - one.from) / static_cast<double>(one.to - one.from);
        const auto count = std::max<std::int64_t>(1, std::llround(static_cast<double>(one.count) * part));
        Statement& shorten =
            session.prepare("update t_cron_missed set f_to = :to, f_count = :count where f_id = :id", "iii");
        shorten << end << count << one.id;
        shorten.run();
    }
}

/// Logs which session keeps the shard's row locked, if the database user may see it: for example a leader
/// that is frozen inside a transaction, until its session ends.
void log_blockers(Session& session, Shard shard) {
    const std::string_view query = session.dialect().texts.blocker_query;
    if (query.empty()) return;
    try {
        Statement& read = session.prepare(query, "", "issi");
        if (read.first())
            log::warn("shard is locked by another session shard={} connection={} user={} host={} for={}s",
                      shard, read.integer(0), read.text(1), read.text(2), read.integer(3));
    } catch (const SqlError&) {
        log::warn("shard is locked by another session shard={}", shard);
    }
}

/// Keeps the furthest watermark that was set back: executions up to it may have been claimed.
void record_rewound(Session& session, Instant watermark) {
    Statement& read =
        session.prepare("select f_value from t_cron_meta where f_key = 'rewound_from'", "", "s");
    const bool known = read.first();
    if (known && from_unix_millis(std::stoll(read.text(0))) >= watermark) return;
    Statement& write =
        session.prepare(known ? "update t_cron_meta set f_value = :value where f_key = 'rewound_from'"
                              : "insert into t_cron_meta (f_key, f_value) values ('rewound_from', :value)",
                        "s");
    write << std::to_string(to_unix_millis(watermark));
    write.run();
}

}  // namespace

Result<Term> begin_term(Session& session, Shard shard, const NodeId& node, std::size_t shards,
                        const std::function<bool()>& holds) {
    if (!holds()) throw WriteRejected({Errc::denied, "the lock of the shard is not held", {}});
    const Instant now = session.now();
    Statement& raise = session.prepare(
        "update t_cron_shard set f_epoch = f_epoch + 1, f_beats = f_beats + 1, f_node = :node, "
        "f_watermark = coalesce(f_watermark, :now) where f_shard = :shard",
        "sii");
    raise << node.value() << to_unix_millis(now) << number_of(shard);
    try {
        if (raise.run() == 0) throw WriteRejected({Errc::denied, "this shard does not exist", {}});
    } catch (const SqlError& error) {
        if (error.fault() == SqlFault::again) log_blockers(session, shard);
        throw;  // retried by the caller
    }
    Statement& count = session.prepare("select count(*) from t_cron_shard", "", "i");
    count.first();
    if (count.integer(0) != static_cast<std::int64_t>(shards))
        throw WriteRejected({Errc::denied, "the number of shards has changed", {}});
    Statement& read = session.prepare(
        "select f_epoch, f_watermark, f_planned, (select f_number from t_cron_change_head where f_id = 1) "
        "from t_cron_shard where f_shard = :shard",
        "i", "iiii");
    read << number_of(shard);
    read.first();
    Term term{.epoch = Epoch(read.integer(0)),
              .watermark = from_unix_millis(read.integer(1)),
              .planned = ChangeNumber(read.integer(2)),
              .head = ChangeNumber(read.integer(3))};
    term.missed = missed_beyond(session, term.watermark);
    return term;
}

void apply_claims(Session& session, std::span<Write* const> writes, CommitAttempt attempt) {
    const auto claims = newest_claims(writes);
    if (!claims) throw SplitBatch();
    fence(session, *claims);

    std::vector<ClaimedRow> rows;
    for (Write* const write : writes) {
        auto* const claim = static_cast<ClaimWrite*>(write);
        const auto& executions = claim->claim.executions;
        claim->result.emplace();
        claim->result->mine.assign(executions.size(), true);
        for (std::size_t i = 0; i < executions.size(); ++i) rows.push_back({&executions[i], claim, i});
    }
    std::ranges::sort(rows, {},
                      [](const ClaimedRow& row) { return std::string_view(row.execution->id.value()); });

    bool all_new = attempt == CommitAttempt::first;
    if (all_new) {
        try {
            insert(session, plain_insert(), rows);
        } catch (const SqlError& error) {
            if (error.fault() != SqlFault::duplicate && !is_refused_content(to_error(error))) throw;
            all_new = false;  // the failed statement inserted nothing; rows inserted by other statements of
                              // it are found again
        }
    }
    if (!all_new) {
        try {
            insert(session, keeping_insert(session.driver()), rows);
        } catch (const SqlError& error) {
            if (!is_refused_content(to_error(error))) throw;
            insert_each(session, rows);
        }
        read_back(session, rows);
    }
    std::vector<CompletedOneShot> completed;
    for (Write* const write : writes) {
        const Claim& claim = static_cast<ClaimWrite*>(write)->claim;
        completed.insert(completed.end(), claim.completed.begin(), claim.completed.end());
        announce(session, claim.announcements);
        insert(session, claim.missed);
    }
    disable_completed(session, completed);
}

Result<std::optional<Instant>> rewind(Session& session, Shard shard, Epoch epoch, Instant target) {
    fence(session, shard, epoch);
    Statement& read =
        session.prepare("select f_watermark from t_cron_shard where f_shard = :shard", "i", "i");
    read << number_of(shard);
    read.first();
    const Instant watermark = from_unix_millis(read.integer(0));
    const Instant to = std::max(target, deleted_until(session));
    if (watermark <= session.now() + kWatermarkTolerance || watermark <= to) return std::nullopt;
    Statement& update = session.prepare(
        "update t_cron_shard set f_watermark = :to, f_epoch = f_epoch + 1 where f_shard = :shard", "ii");
    update << to_unix_millis(to) << number_of(shard);
    update.run();
    end_summaries(session, shard, to);
    record_rewound(session, watermark);
    return to;
}

Result<void> withdraw(Session& session, Shard shard, Epoch epoch, const std::vector<ExecuteId>& ids) {
    fence(session, shard, epoch);
    for (std::size_t at = 0; at < ids.size(); at += kLongestList) {
        const std::size_t count = std::min(kLongestList, ids.size() - at);
        const std::size_t size = list_size(count);
        Statement& remove = session.prepare(fmt::format("delete from t_cron_job_status where f_execute_id in "
                                                        "({}) and f_job_status = 6 and f_trigger = 1 "
                                                        "and f_execute_times = 0",
                                                        placeholders(size)),
                                            std::string(size, 's'));
        for (std::size_t i = 0; i < size; ++i) remove << ids[at + std::min(i, count - 1)].value();
        remove.run();
    }
    return {};
}

}  // namespace ecron::store
