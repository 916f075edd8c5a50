#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/base/json_writer.hpp"
#include "ecron/base/time.hpp"
#include "ecron/cron/schedule.hpp"
#include "ecron/model/window.hpp"

/// How a job's schedule was understood, for people: in words, by the meaning of its fields, and as instants.
namespace ecron::management {

/// "minute hour day month weekday", with "second" in front and "year" behind where given; "descriptor",
/// "interval" or "instant" for the other forms.
[[nodiscard]] std::string_view fields_of(std::string_view cron_time);

/// RFC 3339 in whole seconds, with the zone's offset at that instant.
[[nodiscard]] std::string format_in_zone(Instant instant, const cron::Zone* zone);

/// Members `description` {"en","zh"} and `timezone`.
void append_description(JsonWriter& json, const cron::Schedule& schedule);
/// An array member of instants.
void append_instants(JsonWriter& json, std::string_view name, const std::vector<Instant>& instants,
                     const cron::Zone* zone);
void append_texts(JsonWriter& json, std::string_view name, const std::vector<std::string>& texts);

}  // namespace ecron::management
