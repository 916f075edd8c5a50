#include "store/executions/summaries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "store/sql/records.hpp"

namespace ecron::store {

std::vector<model::Execution> executions_at(Session& session, std::span<const std::int64_t> keys) {
    std::vector<model::Execution> executions;
    for (std::size_t at = 0; at < keys.size(); at += kLongestList) {
        const std::size_t count = std::min(kLongestList, keys.size() - at);
        const std::size_t size = list_size(count);
        Statement& select =
            session.prepare(fmt::format("select {} from t_cron_job_status where f_key_id in ({})",
                                        kSummaryColumns, placeholders(size)),
                            std::string(size, 'i'), kExecutionTypes);
        for (std::size_t i = 0; i < size; ++i) select << keys[at + std::min(i, count - 1)];
        for (select.run(); select.fetch();) executions.push_back(read_execution_row(select));
    }
    return executions;
}

void add_attempts(Session& session, std::span<ExecutionSummary* const> summaries) {
    std::unordered_map<std::string_view, ExecutionSummary*> by_id;
    for (ExecutionSummary* summary : summaries) by_id.emplace(summary->execution.id.value(), summary);
    for (std::size_t at = 0; at < summaries.size(); at += kLongestList) {
        const std::size_t count = std::min(kLongestList, summaries.size() - at);
        const std::size_t size = list_size(count);
        Statement& select = session.prepare(
            fmt::format(
                "select f_execute_id, min(f_begin), max(f_end) from t_cron_attempt where f_execute_id "
                "in ({}) group by f_execute_id",
                placeholders(size)),
            std::string(size, 's'), "sii");
        for (std::size_t i = 0; i < size; ++i)
            select << summaries[at + std::min(i, count - 1)]->execution.id.value();
        for (select.run(); select.fetch();) {
            const auto found = by_id.find(select.text(0));
            if (found == by_id.end()) continue;
            found->second->begin = from_unix_millis(select.integer(1));
            if (found->second->execution.end_at) found->second->end = from_unix_millis(select.integer(2));
        }
    }
}

}  // namespace ecron::store
