#include "store/outbox/outbox.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ecron/base/utf8.hpp"

namespace ecron::store {

namespace {

constexpr std::size_t kReceiversALook = 256;  // limits the duration of one look-up if many receivers wait
constexpr std::int64_t kExpiredAtOnce = 100;
constexpr std::size_t kReasonKept = 4'096;  // of the reason why a delivery failed

constexpr std::string_view kOutboxInsert =
    "insert into t_cron_outbox (f_channel, f_message_id, f_execute_id, f_tenant_id, f_receiver, f_url, "
    "f_payload, f_created, f_due, f_tries, f_node) values ";

constexpr std::string_view kEntryColumns =
    "o.f_id, o.f_channel, o.f_message_id, o.f_execute_id, o.f_tenant_id, o.f_receiver, o.f_url, o.f_payload, "
    "o.f_created, o.f_due, o.f_tries";
constexpr std::string_view kEntryTypes = "iissssssiii";

OutboxEntry read_entry(const Statement& row, Instant now) {
    OutboxEntry entry{.key = row.integer(0),
                      .announcement = {.channel = static_cast<Channel>(row.integer(1)),
                                       .message_id = row.text(2),
                                       .receiver = row.text(5),
                                       .url = row.text(6),
                                       .payload = row.text(7)},
                      .execution = ExecuteId(row.text(3)),
                      .tenant = TenantId(row.text(4)),
                      .created = from_unix_millis(row.integer(8)),
                      .tries = static_cast<int>(row.integer(10)),
                      .due = from_unix_millis(row.integer(9))};
    entry.age = now - entry.created;
    return entry;
}

/// The next receiver in name order, and when its first entry is due.
struct Waiting {
    std::string receiver;
    Instant due;
};
std::optional<Waiting> next_receiver(Session& session, Channel channel, const std::string& after) {
    Statement& next = session.prepare(
        "select f_receiver, f_due from t_cron_outbox where f_channel = :channel and f_receiver > :after "
        "order by f_receiver, f_due limit 1",
        "is", "si");
    next << static_cast<int>(channel) << after;
    if (!next.first()) return std::nullopt;
    return Waiting{next.text(0), from_unix_millis(next.integer(1))};
}

void find_of_receiver(Session& session, Channel channel, const std::string& receiver, Instant now,
                      std::size_t limit, std::vector<OutboxEntry>& found) {
    Statement& due = session.prepare(
        fmt::format(
            "select {} from t_cron_outbox o where o.f_channel = :channel and o.f_receiver = :receiver and "
            "o.f_due <= :now and not exists (select 1 from t_cron_outbox p where p.f_execute_id = "
            "o.f_execute_id and p.f_channel = o.f_channel and p.f_id < o.f_id) "
            "order by o.f_due, o.f_id limit :rows",
            kEntryColumns),
        "isii", kEntryTypes);
    due << static_cast<int>(channel) << receiver << to_unix_millis(now) << static_cast<std::int64_t>(limit);
    for (due.run(); due.fetch();) found.push_back(read_entry(due, now));
}

/// Returns true if the entry was still in the state in which it was read.
bool remove(Session& session, const OutboxEntry& entry) {
    Statement& row = session.prepare("delete from t_cron_outbox where f_id = :id and f_due = :due", "ii");
    row << entry.key << to_unix_millis(entry.due);
    return row.run() > 0;
}

bool move_to_dead_letters(Session& session, const OutboxEntry& entry, Instant now, int code,
                          const std::string& reason) {
    if (!remove(session, entry)) return false;
    Statement& row = session.prepare(
        "insert into t_cron_dead_letter (f_channel, f_message_id, f_execute_id, f_tenant_id, f_receiver, "
        "f_url, f_payload, f_created, f_died, f_tries, f_code, f_reason) values (:channel, :message, "
        ":execution, :tenant, :receiver, :url, :payload, :created, :died, :tries, :code, :reason)",
        "issssssiiiit");
    const Announcement& announcement = entry.announcement;
    row << static_cast<int>(announcement.channel) << announcement.message_id << entry.execution.value()
        << entry.tenant.value() << announcement.receiver << announcement.url << announcement.payload
        << to_unix_millis(entry.created) << to_unix_millis(now) << entry.tries << code
        << utf8_front(reason, kReasonKept);
    row.run();
    return true;
}

/// Computes which entries each tenant may get, from the entries that it holds and those found for it.
class TenantShares {
public:
    explicit TenantShares(const LeaseRequest& request) : free_(request.limit) {
        if (request.held) held_ = *request.held;
        bounded_ = request.held.has_value();
    }
    /// Returns true if the tenant may get an entry, which is then counted.
    bool admit(const TenantId& tenant) {
        if (free_ == 0) return false;
        if (bounded_) {
            std::size_t& held = held_[tenant];
            if (held >= free_) return false;
            ++held;
        }
        --free_;
        return true;
    }

private:
    std::map<TenantId, std::size_t> held_;
    std::size_t free_;
    bool bounded_{false};
};

}  // namespace

void insert_announcements(Session& session, const std::vector<Announced>& announced) {
    if (announced.empty()) return;
    static const Rows rows{.head = kOutboxInsert, .types = "issssssiiis"};
    const std::int64_t now = to_unix_millis(session.now());
    session.run_rows(
        rows, announced.size(),
        [&](Statement& row, std::size_t i) {
            const Announcement& announcement = *announced[i].announcement;
            row << static_cast<int>(announcement.channel) << announcement.message_id
                << announced[i].execution->value() << announced[i].tenant->value() << announcement.receiver
                << announcement.url << announcement.payload << now << now << 0 << "";
        },
        [&](std::size_t i) {
            const Announcement& announcement = *announced[i].announcement;
            return 300 + announcement.url.size() + announcement.payload.size();
        });
}

LeasedEntries find_entries(Session& session, const LeaseRequest& request) {
    const Instant now = session.now();
    LeasedEntries entries{.after = request.after, .round_ended = false};
    TenantShares shares{request};
    for (std::size_t looked = 0; looked < kReceiversALook && entries.taken.size() < request.limit; ++looked) {
        const std::optional<Waiting> next = next_receiver(session, request.channel, entries.after);
        if (!next) {
            entries.after.clear();
            entries.round_ended = true;
            break;
        }
        entries.after = next->receiver;
        const auto known = request.room.find(next->receiver);
        const std::size_t room = std::min(known == request.room.end() ? request.per_receiver : known->second,
                                          request.limit - entries.taken.size());
        if (room == 0 || next->due > now) continue;
        std::vector<OutboxEntry> found;
        find_of_receiver(session, request.channel, next->receiver, now, room, found);
        for (OutboxEntry& entry : found)
            if (shares.admit(entry.tenant)) entries.taken.push_back(std::move(entry));
    }
    return entries;
}

OutboxSize outbox_size(Session& session) {
    Statement& count = session.prepare(
        fmt::format("select count(*) from (select 1 from t_cron_outbox limit {}) c", kMaxCounted), "", "i");
    count.first();
    OutboxSize size{.waiting = static_cast<std::size_t>(count.integer(0))};
    Statement& oldest =
        session.prepare("select f_created from t_cron_outbox order by f_created limit 1", "", "i");
    if (oldest.first())
        size.oldest = std::max(Millis{0}, session.now() - from_unix_millis(oldest.integer(0)));
    return size;
}

Result<std::vector<OutboxEntry>> lease_entries(Session& session, const NodeId& node, Millis lease,
                                               const std::vector<OutboxEntry>& found) {
    std::vector<OutboxEntry> leased;
    const Instant until = session.now() + lease;
    for (const OutboxEntry& entry : found) {
        Statement& take = session.prepare(
            "update t_cron_outbox set f_due = :until, f_tries = f_tries + 1, f_node = :node where f_id = :id "
            "and f_due = :due and f_tries = :tries",
            "isiii");
        take << to_unix_millis(until) << node.value() << entry.key << to_unix_millis(entry.due)
             << entry.tries;
        if (take.run() == 0) continue;
        OutboxEntry taken = entry;
        taken.due = until;
        ++taken.tries;
        leased.push_back(std::move(taken));
    }
    return leased;
}

Result<bool> settle_entry(Session& session, const OutboxEntry& entry, const DeliveryResult& delivery) {
    switch (delivery.verdict) {
        case DeliveryResult::Verdict::delivered: {
            if (remove(session, entry)) return true;
            // The current lease holder need not deliver it again.
            Statement& row = session.prepare("delete from t_cron_outbox where f_id = :id", "i");
            row << entry.key;
            row.run();
            return false;
        }
        case DeliveryResult::Verdict::again: {
            Statement& row = session.prepare(
                "update t_cron_outbox set f_due = :at, f_node = '' where f_id = :id and f_due = :due", "iii");
            row << to_unix_millis(session.now() + delivery.wait) << entry.key << to_unix_millis(entry.due);
            return row.run() > 0;
        }
        case DeliveryResult::Verdict::dead:
            return move_to_dead_letters(session, entry, session.now(), delivery.code, delivery.reason);
    }
    return false;
}

Result<void> release_entries(Session& session, const NodeId& node) {
    Statement& rows =
        session.prepare("update t_cron_outbox set f_due = :now, f_node = '' where f_node = :node", "is");
    rows << to_unix_millis(session.now()) << node.value();
    rows.run();
    return {};
}

Result<std::size_t> expire_older_than(Session& session, Millis age, const std::string& reason) {
    const Instant now = session.now();
    std::vector<OutboxEntry> old;
    Statement& rows = session.prepare(
        fmt::format("select {} from t_cron_outbox o where o.f_created <= :until and o.f_due <= :now order by "
                    "o.f_created limit {}",
                    kEntryColumns, kExpiredAtOnce),
        "ii", kEntryTypes);
    rows << to_unix_millis(now - age) << to_unix_millis(now);
    for (rows.run(); rows.fetch();) old.push_back(read_entry(rows, now));
    std::size_t expired = 0;
    for (const OutboxEntry& entry : old)
        expired += move_to_dead_letters(session, entry, now, 0, reason) ? 1 : 0;
    return expired;
}

std::vector<DeadLetter> dead_letters(Session& session, const std::optional<TenantId>& tenant,
                                     std::size_t limit, std::optional<std::int64_t> before) {
    Statement& rows = session.prepare(
        fmt::format(
            "select f_id, f_message_id, f_execute_id, f_tenant_id, f_url, f_created, f_died, f_tries, "
            "f_code, f_reason from t_cron_dead_letter where f_id < :before{} order by f_id desc limit :rows",
            tenant ? " and f_tenant_id = :tenant" : ""),
        tenant ? "isi" : "ii", "issssiiiis");
    rows << before.value_or(std::numeric_limits<std::int64_t>::max());
    if (tenant) rows << tenant->value();
    rows << static_cast<std::int64_t>(limit);
    std::vector<DeadLetter> letters;
    for (rows.run(); rows.fetch();) {
        letters.push_back({.key = rows.integer(0),
                           .message_id = rows.text(1),
                           .execution = ExecuteId(rows.text(2)),
                           .tenant = TenantId(rows.text(3)),
                           .url = rows.text(4),
                           .created = from_unix_millis(rows.integer(5)),
                           .died = from_unix_millis(rows.integer(6)),
                           .tries = static_cast<int>(rows.integer(7)),
                           .code = static_cast<int>(rows.integer(8)),
                           .reason = rows.text(9)});
    }
    return letters;
}

Result<void> redeliver(Session& session, const std::optional<TenantId>& tenant,
                       const std::vector<std::int64_t>& keys) {
    const std::int64_t now = to_unix_millis(session.now());
    for (const std::int64_t key : keys) {
        // The deletion locks the row, so that only one of two concurrent requests finds it.
        Statement& copy = session.prepare(
            fmt::format(
                "insert into t_cron_outbox (f_channel, f_message_id, f_execute_id, f_tenant_id, f_receiver, "
                "f_url, f_payload, f_created, f_due, f_tries, f_node) select f_channel, f_message_id, "
                "f_execute_id, f_tenant_id, f_receiver, f_url, f_payload, :created, :due, 0, '' from "
                "t_cron_dead_letter where f_id = :id{}",
                tenant ? " and f_tenant_id = :tenant" : ""),
            tenant ? "iiis" : "iii");
        copy << now << now << key;
        if (tenant) copy << tenant->value();
        Statement& remove = session.prepare("delete from t_cron_dead_letter where f_id = :id", "i");
        remove << key;
        if (copy.run() == 0 || remove.run() == 0)
            throw WriteRejected({Errc::not_found, "there is no such dead letter", {"dead_letter"}});
    }
    return {};
}

}  // namespace ecron::store
