#include "store/executions/outcomes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_map>
#include <unordered_set>

#include "ecron/model/json.hpp"
#include "store/executions/slots.hpp"
#include "store/jobs/change_writer.hpp"
#include "store/jobs/changes.hpp"
#include "store/outbox/messages.hpp"
#include "store/outbox/outbox.hpp"
#include "store/sql/records.hpp"

namespace ecron::store {

namespace {

/// Parameters of the compare-and-set for each row, in this order: the new values, then the expected current
/// values. A start is permitted from pending or failure, an end also from executing: `also` is third_state().
/// Without an owner, any owner matches. An attempt is accepted once: repeated after a lost response, its
/// outcome would overwrite what has been noted in the row since.
constexpr std::array<std::string_view, 19> kNames{
    "n_state",   "n_begin",  "n_end",      "n_executor", "n_times",   "n_ext",    "n_due",
    "n_attempt", "n_losses", "n_accepted", "n_node",     "n_epoch",   "n_result", "o_id",
    "o_attempt", "o_also",   "o_node",     "o_epoch",    "o_accepted"};
constexpr std::string_view kTypes = "iiititiiiisitsiisii";

/// A job may be deleted while it runs, so is_deleted in ext_info is kept equal to the column.
constexpr std::string_view kOneRow =
    "update t_cron_job_status set f_job_status = :p0, f_begin_time = :p1, f_end_time = :p2, f_executor = "
    ":p3, f_execute_times = :p4, f_ext_info = replace(:p5, '\"is_deleted\":0', case when "
    "coalesce(f_is_deleted, 0) = 1 then '\"is_deleted\":1' else '\"is_deleted\":0' end), f_due = :p6, "
    "f_attempt = :p7, f_losses = :p8, f_accepted = :p9, f_node = :p10, f_epoch = :p11, f_result = "
    "coalesce(:p12, f_result) where f_execute_id = :p13 and f_attempt = :p14 and f_job_status in (3, 6, "
    ":p15) and f_trigger > 0 and coalesce(f_node, '') = coalesce(:p16, f_node, '') and coalesce(f_epoch, 0) "
    "= coalesce(:p17, f_epoch, 0) and coalesce(f_accepted, 0) <= :p18";

/// For several different rows, the values form a table that the update joins. Join order and index are
/// specified, because the optimizer sometimes selected the rows by their state instead, which was ten times
/// slower.
const Rows& joined_rows() {
    static const Rows rows{
        .head = "update (",
        .types = kTypes,
        .tail =
            ") v straight_join t_cron_job_status s force index (index_execute_id) on s.f_execute_id = v.o_id "
            "set s.f_job_status = v.n_state, s.f_begin_time = v.n_begin, s.f_end_time = v.n_end, "
            "s.f_executor = v.n_executor, s.f_execute_times = v.n_times, s.f_ext_info = replace(v.n_ext, "
            "'\"is_deleted\":0', case when coalesce(s.f_is_deleted, 0) = 1 then '\"is_deleted\":1' else "
            "'\"is_deleted\":0' end), s.f_due = v.n_due, s.f_attempt = v.n_attempt, s.f_losses = v.n_losses, "
            "s.f_accepted = v.n_accepted, s.f_node = v.n_node, s.f_epoch = v.n_epoch, s.f_result = "
            "coalesce(v.n_result, s.f_result) where s.f_attempt = v.o_attempt and s.f_job_status in (3, 6, "
            "v.o_also) and s.f_trigger > 0 and (v.o_node is null or s.f_node = v.o_node) and (v.o_epoch is "
            "null or s.f_epoch = v.o_epoch) and coalesce(s.f_accepted, 0) <= v.o_accepted",
        .row_begin = "select ",
        .row_end = "",
        .separator = " union all ",
        .names = kNames};
    return rows;
}

/// A start is permitted from pending or failure, an end also from this state.
model::ExecutionState third_state(const OutcomeWrite& write) {
    const std::optional<Outcome::Owner>& owner = write.outcome.owner;
    const bool from_executing = write.step != OutcomeWrite::Step::begin && (!owner || owner->may_have_begun);
    return from_executing ? model::ExecutionState::executing : model::ExecutionState::pending;
}

/// Whether the row may show that its attempt was accepted.
bool may_be_accepted(const OutcomeWrite& write) {
    return write.step != OutcomeWrite::Step::finish || !write.outcome.after.accepted;
}

void bind_outcome(Statement& row, const OutcomeWrite& write) {
    const Outcome& outcome = write.outcome;
    const model::Execution& after = outcome.after;
    row << static_cast<int>(after.state) << seconds_or_zero(after.begin_at) << seconds_or_zero(end_of(after))
        << model::write_executors(after.executors) << after.execute_times << ext_info_without_result(after)
        << millis_or_null(after.due) << write.attempt_after() << after.losses << after.accepted
        << after.node.value() << after.epoch.value() << text_or_null(after.result) << outcome.id.value()
        << outcome.attempt << static_cast<int>(third_state(write))
        << (outcome.owner ? std::optional<std::string_view>{outcome.owner->node.value()} : std::nullopt)
        << (outcome.owner ? std::optional{outcome.owner->epoch.value()} : std::nullopt)
        << may_be_accepted(write);
}

/// What a write stores in its row and expects there, except for the id and a due time that stays.
struct RowChange {
    std::int64_t end{};
    std::int64_t begin{};
    std::int64_t epoch{};
    std::string executors{};
    std::string ext_info{};
    std::optional<std::int64_t> due{};
    bool keeps_due{};
    int state{};
    int times{};
    int attempt{};
    int losses{};
    bool accepted{};
    std::string_view node{};
    std::optional<std::string_view> result{};
    int expected_attempt{};
    int expected_state{};
    std::optional<std::string_view> expected_node{};
    std::optional<std::int64_t> expected_epoch{};
    bool expected_accepted{};

    auto operator<=>(const RowChange&) const = default;
};

/// The due time of an attempt is stored before it begins, and differs between executions with jitter.
bool keeps_due(const OutcomeWrite& write) {
    const model::ExecutionState after = write.outcome.after.state;
    return write.step == OutcomeWrite::Step::begin || after == model::ExecutionState::success ||
           after == model::ExecutionState::abandon;
}

RowChange change_of(const OutcomeWrite& write) {
    const Outcome& outcome = write.outcome;
    const model::Execution& after = outcome.after;
    RowChange change{.end = seconds_or_zero(end_of(after)),
                     .begin = seconds_or_zero(after.begin_at),
                     .epoch = after.epoch.value(),
                     .executors = model::write_executors(after.executors),
                     .ext_info = ext_info_without_result(after),
                     .keeps_due = keeps_due(write),
                     .state = static_cast<int>(after.state),
                     .times = after.execute_times,
                     .attempt = write.attempt_after(),
                     .losses = after.losses,
                     .accepted = after.accepted,
                     .node = after.node.value(),
                     .result = text_or_null(after.result),
                     .expected_attempt = outcome.attempt,
                     .expected_state = static_cast<int>(third_state(write)),
                     .expected_accepted = may_be_accepted(write)};
    if (!change.keeps_due) change.due = millis_or_null(after.due);
    if (outcome.owner) {
        change.expected_node = outcome.owner->node.value();
        change.expected_epoch = outcome.owner->epoch.value();
    }
    return change;
}

/// A write with its change; several with equal changes are a group.
struct ChangedRow {
    RowChange change;
    OutcomeWrite* write;
};

/// Updates the rows of a group; returns how many were as expected.
std::size_t update_group(Session& session, std::span<const ChangedRow> group) {
    const RowChange& change = group.front().change;
    std::size_t changed = 0;
    for (std::size_t at = 0; at < group.size(); at += kLongestList) {
        const std::size_t count = std::min(kLongestList, group.size() - at);
        const std::size_t size = list_size(count);
        Statement& update = session.prepare(
            fmt::format(
                "update t_cron_job_status force index (index_execute_id) set {}f_job_status = :state, "
                "f_begin_time = :begin, f_end_time = :end, f_executor = :executor, f_execute_times = :times, "
                "f_ext_info = replace(:ext, '\"is_deleted\":0', case when coalesce(f_is_deleted, 0) = 1 then "
                "'\"is_deleted\":1' else '\"is_deleted\":0' end), f_attempt = :attempt, f_losses = :losses, "
                "f_accepted = :accepted, f_node = :node, f_epoch = :epoch, f_result = coalesce(:result, "
                "f_result) where f_execute_id in ({}) and f_attempt = :o_attempt and f_job_status in (3, 6, "
                ":o_also) and f_trigger > 0 and coalesce(f_node, '') = coalesce(:o_node, f_node, '') and "
                "coalesce(f_epoch, 0) = coalesce(:o_epoch, f_epoch, 0) and coalesce(f_accepted, 0) <= "
                ":o_accepted",
                change.keeps_due ? "" : "f_due = :due, ", placeholders(size)),
            (change.keeps_due ? "" : "i") + std::string{"iiititiiisit"} + std::string(size, 's') + "iisii");
        if (!change.keeps_due) update << change.due;
        update << change.state << change.begin << change.end << change.executors << change.times
               << change.ext_info << change.attempt << change.losses << change.accepted << change.node
               << change.epoch << change.result;
        for (std::size_t i = 0; i < size; ++i)
            update << group[at + std::min(i, count - 1)].write->outcome.id.value();
        update << change.expected_attempt << change.expected_state << change.expected_node
               << change.expected_epoch << change.expected_accepted;
        changed += update.run();
    }
    return changed;
}

/// Updates the rows of several writes; returns how many were as expected. Executions that end together often
/// have equal changes, and a plain update of their rows takes the server a third of the time of a join.
std::size_t update_together(Session& session, std::span<OutcomeWrite* const> writes) {
    constexpr std::size_t kWorthAStatement = 4;
    std::vector<ChangedRow> rows;
    rows.reserve(writes.size());
    for (OutcomeWrite* const write : writes) rows.push_back({change_of(*write), write});
    std::ranges::sort(rows, [](const ChangedRow& left, const ChangedRow& right) {
        const auto order = left.change <=> right.change;
        return order == 0 ? left.write->outcome.id.value() < right.write->outcome.id.value() : order < 0;
    });
    std::vector<OutcomeWrite*> different;
    std::size_t changed = 0;
    for (auto group = rows.begin(); group != rows.end();) {
        const auto end = std::find_if(group, rows.end(),
                                      [&](const ChangedRow& row) { return row.change != group->change; });
        if (static_cast<std::size_t>(end - group) >= kWorthAStatement)
            changed += update_group(session, std::span(group, end));
        else
            for (; group != end; ++group) different.push_back(group->write);
        group = end;
    }
    return changed + session.run_rows(
                         joined_rows(), different.size(),
                         [&](Statement& row, std::size_t i) { bind_outcome(row, *different[i]); },
                         [&](std::size_t i) { return execution_bytes(different[i]->outcome.after); });
}

/// Records in each write whether its row was as expected. A statement with several rows returns only the
/// total; if that differs from their number, each row is checked separately.
void compare_and_set(Session& session, std::span<OutcomeWrite* const> writes) {
    if (writes.size() == 1 || session.dialect().rows_per_statement(session.options()) == 1) {
        for (OutcomeWrite* const write : writes) {
            Statement& update = session.prepare(kOneRow, kTypes);
            bind_outcome(update, *write);
            write->result = update.run() == 1;
        }
        return;
    }
    if (update_together(session, writes) != writes.size()) throw SplitBatch();
    for (OutcomeWrite* const write : writes) write->result = true;
}

std::vector<model::Event> announced_in(const std::string& ext_info) {
    model::Execution stored;
    model::read_ext_info(ext_info, stored);
    return stored.announced;
}

/// After a commit whose response was lost: finds the rows that already have the state that these writes
/// request.
void recognise(Session& session, std::span<OutcomeWrite* const> writes,
               std::unordered_set<const OutcomeWrite*>& done) {
    for (OutcomeWrite* const write : writes) {
        Statement& read = session.prepare(
            "select f_job_status, f_attempt, f_execute_times, f_end_time, f_ext_info from t_cron_job_status "
            "where f_execute_id = :id",
            "s", "iiiis");
        read << write->outcome.id.value();
        if (!read.first()) continue;
        const model::Execution& after = write->outcome.after;
        const bool same =
            read.integer(0) == static_cast<int>(after.state) && read.integer(1) == write->attempt_after() &&
            read.integer(2) == after.execute_times && read.integer(3) == seconds_or_zero(end_of(after)) &&
            (write->step != OutcomeWrite::Step::announce || announced_in(read.text(4)) == after.announced);
        if (!same) continue;
        write->result = true;
        done.insert(write);
    }
}

const Rows& attempt_rows(Driver driver) {
    static const DialectRows rows(
        {.head = "insert into t_cron_attempt (f_execute_id, f_attempt, f_begin, f_end, f_node, f_outcome, "
                 "f_code, f_reason, f_detail, f_output) values ",
         .types = "siiisiittb"},
        [](const Dialect& dialect) {
            return dialect.overwrite(
                "f_execute_id, f_attempt",
                {"f_begin", "f_end", "f_node", "f_outcome", "f_code", "f_reason", "f_detail", "f_output"});
        });
    return rows.of(driver);
}

void insert_attempts(Session& session, std::span<OutcomeWrite* const> writes) {
    std::vector<const model::Attempt*> attempts;
    for (const OutcomeWrite* const write : writes) {
        if (*write->result && write->outcome.record) attempts.push_back(&*write->outcome.record);
    }
    record_attempts(session, attempts);
}

/// Records the result of an attempt whose execution has been ended by a client in the meantime, unless there
/// is another record.
void record_late(Session& session, const OutcomeWrite& write) {
    const Outcome& outcome = write.outcome;
    Statement& read = session.prepare(
        "select a.f_node, a.f_reason from t_cron_job_status s left join t_cron_attempt a on a.f_execute_id = "
        "s.f_execute_id and a.f_attempt = s.f_attempt where s.f_execute_id = :id and s.f_attempt = :attempt "
        "and s.f_job_status in (1, 4, 5)",
        "si", "ss");
    read << outcome.id.value() << outcome.attempt;
    if (!read.first()) return;
    model::Attempt late = *outcome.record;
    if (!read.is_null(0)) {
        if (read.text(0) != late.node.value() || read.text(1) != kEndedByClient) return;
        late.reason = late.reason.empty() ? std::string{kEndedByClient}
                                          : fmt::format("{}; {}", kEndedByClient, late.reason);
    }
    const model::Attempt* const one = &late;
    record_attempts(session, std::span(&one, 1));
}

void record_late(Session& session, std::span<OutcomeWrite* const> writes) {
    for (const OutcomeWrite* const write : writes)
        if (!*write->result && write->outcome.record) record_late(session, *write);
}

bool is_conditional(const Announcement& announcement) {
    return announcement.condition == Announcement::Condition::recovered;
}

/// Returns true if the execution that ended before these successes of the same job was abandoned, as far as
/// it is among the job's newest ones by start. Of executions that end in the same second, the newer row
/// counts.
bool follows_abandoned(Session& session, const Outcome& success,
                       const std::unordered_set<std::string_view>& undecided) {
    constexpr std::int64_t kLooked = 64;
    Statement& read = session.prepare(
        "select f_execute_id, f_job_status, f_end_time, f_key_id from t_cron_job_status where f_job_id = "
        ":job "
        "order by f_begin_time desc limit :count",
        "si", "siii");
    read << success.after.job_id.value() << kLooked;
    std::pair<std::int64_t, std::int64_t> newest{};
    bool abandoned = false;
    for (read.run(); read.fetch();) {
        const auto state = static_cast<model::ExecutionState>(read.integer(1));
        const bool counts =
            state == model::ExecutionState::success || state == model::ExecutionState::abandon;
        const std::pair at{read.integer(2), read.integer(3)};
        if (!counts || undecided.contains(read.text(0)) || at < newest) continue;
        newest = at;
        abandoned = state == model::ExecutionState::abandon;
    }
    return abandoned;
}

/// The successes of one transaction are decided one after the other, so that only one of a job follows its
/// abandoned execution.
std::unordered_set<const OutcomeWrite*> recovered(Session& session, std::span<OutcomeWrite* const> writes) {
    std::vector<const OutcomeWrite*> candidates;
    std::unordered_set<std::string_view> undecided;
    for (const OutcomeWrite* const write : writes) {
        if (!*write->result || std::ranges::none_of(write->outcome.announcements, is_conditional)) continue;
        candidates.push_back(write);
        undecided.insert(write->outcome.id.value());
    }
    std::unordered_set<const OutcomeWrite*> found;
    for (const OutcomeWrite* const write : candidates) {
        if (follows_abandoned(session, write->outcome, undecided)) found.insert(write);
        undecided.erase(write->outcome.id.value());
    }
    return found;
}

bool contains(const std::vector<model::Event>& events, model::Event event) {
    return std::ranges::find(events, event) != events.end();
}

/// Announcements whose event the row notes already.
using Noted = std::unordered_set<const Announcement*>;

/// Of the events that are announced once, finds those that another process has announced since this one read
/// the row: as the previous leader, in a commit that came late. Their notes are kept. Called before the rows
/// change; they are locked until they do.
Noted find_noted(Session& session, std::span<OutcomeWrite* const> writes) {
    Noted noted;
    for (OutcomeWrite* const write : writes) {
        Outcome& outcome = write->outcome;
        const auto is_once = [](const Announcement& one) { return one.once.has_value(); };
        // A process that returns a run to pending may not know whether its start, with its notes, was stored.
        const bool is_returned = outcome.after.state == model::ExecutionState::pending;
        if (!is_returned && std::ranges::none_of(outcome.announcements, is_once)) continue;
        Statement& read =
            session.prepare(fmt::format("select f_ext_info from t_cron_job_status where f_execute_id = :id{}",
                                        session.dialect().texts.for_update),
                            "s", "s");
        read << outcome.id.value();
        if (!read.first()) continue;
        const std::vector<model::Event> events = announced_in(read.text(0));
        for (const Announcement& one : outcome.announcements)
            if (one.once && contains(events, *one.once)) noted.insert(&one);
        for (const model::Event event : events)
            if (!contains(outcome.after.announced, event)) outcome.after.announced.push_back(event);
    }
    return noted;
}

void announce(Session& session, std::span<OutcomeWrite* const> writes, const Noted& noted) {
    const std::unordered_set<const OutcomeWrite*> after_failure = recovered(session, writes);
    std::vector<Announced> announced;
    for (const OutcomeWrite* const write : writes) {
        if (!*write->result) continue;
        const Outcome& outcome = write->outcome;
        for (const Announcement& announcement : outcome.announcements)
            if (!noted.contains(&announcement) &&
                (!is_conditional(announcement) || after_failure.contains(write)))
                announced.push_back({&outcome.id, &outcome.after.tenant, &announcement});
    }
    insert_announcements(session, announced);
}

/// Like /jobstatus, the status topic covers only executions that have started.
void tell_statuses(Session& session, std::span<OutcomeWrite* const> writes) {
    std::vector<NewMessage> messages;
    for (const OutcomeWrite* const write : writes) {
        const model::Execution& after = write->outcome.after;
        const bool sends =
            *write->result && write->step == OutcomeWrite::Step::finish && after.execute_times > 0;
        if (!sends || after.state == model::ExecutionState::pending) continue;
        std::string payload;
        model::append_json(payload, after);
        payload.back() = ',';  // appends a member by which ecron recognizes its own messages
        payload += R"("source":"ecron"})";
        messages.push_back({kStatusTopic, after.id.value(), std::move(payload)});
    }
    insert_messages(session, messages);
}

/// The table is often empty, and one look is cheaper than a deletion by hundreds of ids. The session reads
/// what is committed, and the slot of an execution is committed with its start.
void free_slots_of(Session& session, std::span<OutcomeWrite* const> writes) {
    if (!has_slots(session)) return;
    std::vector<std::string_view> ended;
    for (const OutcomeWrite* const write : writes)
        if (*write->result && write->step == OutcomeWrite::Step::finish)
            ended.emplace_back(write->outcome.id.value());
    free_slots(session, ended);
}

/// Executions that never started do not count, nor do those of jobs that are being deleted.
void record_ends(LastStates& last_states, std::span<OutcomeWrite* const> writes) {
    for (const OutcomeWrite* const write : writes) {
        const model::Execution& after = write->outcome.after;
        const bool counts = *write->result && write->step == OutcomeWrite::Step::finish &&
                            is_end(after.state) && after.execute_times > 0 && after.job_key.value() > 0 &&
                            !after.deleted && after.reason != "deleted";
        if (counts) last_states.record(after.job_key, after.state);
    }
}

/// Applies writes that may share a statement: at most one per execution, sorted by id.
void apply_round(Session& session, std::vector<OutcomeWrite*>& round, const OutcomeEffects& effects) {
    if (round.empty()) return;
    std::ranges::sort(round, {},
                      [](const OutcomeWrite* write) { return std::string_view(write->outcome.id.value()); });
    const Noted noted = find_noted(session, round);
    compare_and_set(session, round);
    insert_attempts(session, round);
    record_late(session, round);
    announce(session, round, noted);
    if (session.options().messages) tell_statuses(session, round);
    if (effects.has_slots) free_slots_of(session, round);
    record_ends(effects.last_states, round);  // last: no statement that could fail follows
    round.clear();
}

}  // namespace

void apply_outcomes(Session& session, std::span<Write* const> writes, CommitAttempt attempt,
                    const OutcomeEffects& effects) {
    std::vector<OutcomeWrite*> outcomes;
    outcomes.reserve(writes.size());
    for (Write* const write : writes) outcomes.push_back(static_cast<OutcomeWrite*>(write));
    std::unordered_set<const OutcomeWrite*> done;
    std::vector<OutcomeWrite*> doubtful;  // an announcement is repeated by its caller, too
    for (OutcomeWrite* const outcome : outcomes)
        if (attempt == CommitAttempt::repeated || outcome->step == OutcomeWrite::Step::announce)
            doubtful.push_back(outcome);
    recognise(session, doubtful, done);

    std::vector<OutcomeWrite*> round;
    std::unordered_set<std::string_view> in_round;
    for (OutcomeWrite* const outcome : outcomes) {
        if (done.contains(outcome)) {
            record_ends(effects.last_states, std::span(&outcome, 1));
            continue;
        }
        if (!in_round.insert(outcome->outcome.id.value()).second) {
            apply_round(session, round, effects);
            in_round = {outcome->outcome.id.value()};
        }
        round.push_back(outcome);
    }
    apply_round(session, round, effects);
}

void record_attempts(Session& session, std::span<const model::Attempt* const> attempts) {
    session.run_rows(
        attempt_rows(session.driver()), attempts.size(),
        [&](Statement& row, std::size_t i) {
            const model::Attempt& attempt = *attempts[i];
            row << attempt.execute_id.value() << attempt.number << to_unix_millis(attempt.begin_at)
                << to_unix_millis(attempt.end_at) << attempt.node.value() << static_cast<int>(attempt.outcome)
                << attempt.code << text_or_null(attempt.reason) << text_or_null(attempt.detail)
                << attempt.output;
        },
        [&](std::size_t i) { return 200 + attempts[i]->detail.size() + attempts[i]->output.size(); });
}

bool begin_one(Session& session, const Outcome& outcome) {
    OutcomeWrite write(OutcomeWrite::Step::begin, outcome);
    OutcomeWrite* const one = &write;
    const Noted noted = find_noted(session, std::span(&one, 1));
    compare_and_set(session, std::span(&one, 1));
    announce(session, std::span(&one, 1), noted);
    return *write.result;
}

void apply_requests(Session& session, std::span<Write* const> writes, CommitAttempt attempt) {
    static const Rows shape{.head = kExecutionInsert, .types = kExecutionInsertTypes};
    std::vector<InsertExecution*> requests;
    for (Write* const write : writes) {
        auto* const request = static_cast<InsertExecution*>(write);
        request->result = request->execution;
        if (attempt == CommitAttempt::repeated) {
            Statement& read = session.prepare(
                "select f_job_id, f_node, f_trigger from t_cron_job_status where f_execute_id = :id", "s",
                "ssi");
            read << request->execution.id.value();
            const model::Execution& execution = request->execution;
            if (read.first() && read.text(0) == execution.job_id.value() &&
                read.text(1) == execution.node.value() &&
                read.integer(2) == static_cast<int>(execution.trigger))
                continue;
        }
        requests.push_back(request);
    }
    std::ranges::sort(requests, {}, [](const InsertExecution* request) {
        return std::string_view(request->execution.id.value());
    });
    try {
        session.run_rows(
            shape, requests.size(),
            [&](Statement& row, std::size_t i) { bind_execution(row, requests[i]->execution); },
            [&](std::size_t i) { return execution_bytes(requests[i]->execution); });
    } catch (const SqlError& error) {
        if (error.fault() != SqlFault::duplicate || requests.size() > 1) throw;
        throw WriteRejected({Errc::conflict, "an execution with that id exists", {"execute_id"}});
    }
    std::vector<const model::Execution*> notified;
    for (const InsertExecution* const request : requests)
        if (request->tell == NotifyLeader::yes) notified.push_back(&request->execution);
    tell_leader(session, "run", notified);
}

void tell_leader(Session& session, std::string_view kind, std::span<const model::Execution* const> executions,
                 std::string_view by) {
    if (executions.empty()) return;
    ChangeWriter log(session, executions.size());
    for (const model::Execution* const execution : executions)
        log.add(Change{.kind = std::string(kind),
                       .job_id = execution->job_id,
                       .job_key = execution->job_key,
                       .tenant = execution->tenant,
                       .replaced = request_text(execution->id, by)});
    log.finish();
}

Result<void> ask_cancel(Session& session, const model::Execution& execution, const std::string& by) {
    const model::Execution* const asked = &execution;
    tell_leader(session, "cancel", std::span(&asked, 1), by);
    return {};
}

}  // namespace ecron::store
