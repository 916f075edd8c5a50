#include "store/executions/slots.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "store/executions/outcomes.hpp"

namespace ecron::store {

namespace {

struct Places {
    std::vector<std::int64_t> taken{};  // in order
    bool mine{false};
};

Places places_of(Session& session, const std::string& key, const ExecuteId& execution) {
    Statement& select = session.prepare(
        "select f_number, f_execute_id from t_cron_slot where f_key = :key order by f_number", "s", "is");
    select << key;
    Places places;
    for (select.run(); select.fetch();) {
        places.taken.push_back(select.integer(0));
        if (select.text(1) == execution.value()) places.mine = true;
    }
    return places;
}

std::int64_t first_free(const std::vector<std::int64_t>& taken) {
    std::int64_t number = 0;
    for (const std::int64_t one : taken) {
        if (one != number) break;
        ++number;
    }
    return number;
}

bool take_slot(Session& session, const Outcome& outcome, const Slot& slot) {
    for (;;) {
        const Places places = places_of(session, slot.key, outcome.id);
        if (places.mine) return true;
        if (places.taken.size() >= slot.limit) return false;
        Statement& insert = session.prepare(
            "insert into t_cron_slot (f_key, f_number, f_execute_id) values (:key, :number, :id)", "sis");
        insert << slot.key << first_free(places.taken) << outcome.id.value();
        try {
            insert.run();
            return true;
        } catch (const SqlError& error) {
            // Another node has taken that slot in the meantime; its row is visible now.
            if (error.fault() != SqlFault::duplicate) throw;
        }
    }
}

/// After a commit whose response was lost: returns true if the row already has the requested state.
bool begun_before(Session& session, const Outcome& outcome) {
    Statement& read = session.prepare(
        "select s.f_job_status, s.f_attempt, s.f_node, s.f_epoch from t_cron_job_status s join t_cron_slot p "
        "on p.f_execute_id = s.f_execute_id where s.f_execute_id = :id",
        "s", "iisi");
    read << outcome.id.value();
    return read.first() && read.integer(0) == static_cast<int>(outcome.after.state) &&
           read.integer(1) == outcome.attempt && read.text(2) == outcome.after.node.value() &&
           read.integer(3) == outcome.after.epoch.value();
}

}  // namespace

Result<Begun> begin_in_slot(Session& session, const Outcome& outcome, const Slot& slot) {
    if (begun_before(session, outcome)) return Begun::yes;
    if (!take_slot(session, outcome, slot)) return Begun::no_slot;
    if (begin_one(session, outcome)) return Begun::yes;
    const std::string_view id = outcome.id.value();
    free_slots(session, std::span(&id, 1));
    return Begun::no;
}

void free_slots(Session& session, std::span<const std::string_view> executions) {
    for (std::size_t at = 0; at < executions.size(); at += kLongestList) {
        const std::size_t count = std::min(kLongestList, executions.size() - at);
        const std::size_t size = list_size(count);
        Statement& remove = session.prepare(
            fmt::format("delete from t_cron_slot where f_execute_id in ({})", placeholders(size)),
            std::string(size, 's'));
        for (std::size_t i = 0; i < size; ++i) remove << executions[at + std::min(i, count - 1)];
        remove.run();
    }
}

bool has_slots(Session& session) {
    Statement& read = session.prepare("select exists (select 1 from t_cron_slot)", "", "i");
    return read.first() && read.integer(0) != 0;
}

}  // namespace ecron::store
