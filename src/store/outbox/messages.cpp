#include "store/outbox/messages.hpp"

#include <fmt/format.h>

namespace ecron::store {

void insert_messages(Session& session, const std::vector<NewMessage>& messages) {
    if (messages.empty()) return;
    static const Rows rows{
        .head = "insert into t_cron_message (f_topic, f_key, f_payload, f_created) values ", .types = "sssi"};
    const std::int64_t now = to_unix_millis(session.recent_now());
    session.run_rows(
        rows, messages.size(),
        [&](Statement& row, std::size_t i) {
            row << messages[i].topic << messages[i].about << messages[i].payload << now;
        },
        [&](std::size_t i) { return 150 + messages[i].payload.size(); });
}

std::vector<QueuedMessage> oldest_messages(Session& session, const std::string& topic, std::size_t limit) {
    const Instant now = session.recent_now();
    Statement& rows = session.prepare(
        "select f_id, f_key, f_payload, f_created from t_cron_message where f_topic = :topic "
        "order by f_id limit :rows",
        "si", "issi");
    rows << topic << static_cast<std::int64_t>(limit);
    std::vector<QueuedMessage> messages;
    for (rows.run(); rows.fetch();)
        messages.push_back({.key = rows.integer(0),
                            .about = rows.text(1),
                            .payload = rows.text(2),
                            .age = now - from_unix_millis(rows.integer(3))});
    return messages;
}

Result<void> remove_messages(Session& session, const std::vector<std::int64_t>& keys) {
    for (std::size_t at = 0; at < keys.size(); at += kLongestList) {
        const std::size_t count = std::min(kLongestList, keys.size() - at);
        const std::size_t size = list_size(count);
        Statement& remove =
            session.prepare(fmt::format("delete from t_cron_message where f_id in ({})", placeholders(size)),
                            std::string(size, 'i'));
        for (std::size_t i = 0; i < size; ++i) remove << keys[at + std::min(i, count - 1)];
        remove.run();
    }
    return {};
}

}  // namespace ecron::store
