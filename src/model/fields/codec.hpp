#pragma once
#include <optional>

#include "ecron/base/json_writer.hpp"
#include "ecron/model/fields.hpp"
#include "model/members.hpp"

/// Readers and writers of job_context by the table of fields.
namespace ecron::model {

struct Reading {
    Origin origin{Origin::client};
    const Retry& retry;  // defaults for absent members of `retry`
};

struct FieldCodec {
    /// Reads a valid value; reports an invalid one. nullptr: read before the others (context_reader.hpp).
    void (*read)(Members&, const Field&, const Reading&, Context&){nullptr};
    void (*write)(JsonWriter&, const Field&, const Context&){nullptr};
    bool (*is_set)(const Context&){nullptr};
    /// The value in the stored plan: nullopt for the default; returns false for an unknown value.
    std::optional<std::int64_t> (*plan_value)(const Plan&){nullptr};
    bool (*set_plan_value)(Plan&, std::int64_t){nullptr};
    bool (*same)(const Plan&, const Plan&){nullptr};
};

/// The members of job_context: the target and its limits in time, and the policies, which ecron added.
[[nodiscard]] std::span<const Field> target_fields();
[[nodiscard]] std::span<const Field> policy_fields();

void read_fields(Members& members, std::span<const Field> fields, const Reading& reading, Context& into);
void write_fields(JsonWriter& json, std::span<const Field> fields, const Context& context);

/// Warns of unknown members that belong to another object or resemble a known one, at every level. `path`: of
/// the object; empty: a job.
void warn_of_misspelt(const boost::json::object& object, const std::string& path,
                      std::span<const Field> known, std::vector<std::string>& warnings);

}  // namespace ecron::model
