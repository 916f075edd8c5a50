#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/base/json_writer.hpp"
#include "ecron/base/time.hpp"
#include "ecron/cron/schedule.hpp"
#include "ecron/model/occurrences.hpp"

/// How a job's schedule was understood: in words, by the meaning of its fields, and as instants.
namespace ecron::management {

/// Returns "minute hour day month weekday", with "second" in front and "year" at the end if present;
/// "descriptor", "interval" or "instant" for other forms.
[[nodiscard]] std::string_view fields_of(std::string_view cron_time);

/// Returns RFC 3339 in whole seconds, with the zone's offset at that instant.
[[nodiscard]] std::string format_in_zone(Instant instant, const cron::Zone* zone);

/// Appends the members `description` {"en","zh"} and `timezone`.
void append_description(JsonWriter& json, const cron::Schedule& schedule);
/// Appends an array member of instants.
void append_instants(JsonWriter& json, std::string_view name, const std::vector<Instant>& instants,
                     const cron::Zone* zone);
void append_texts(JsonWriter& json, std::string_view name, const std::vector<std::string>& texts);

}  // namespace ecron::management
