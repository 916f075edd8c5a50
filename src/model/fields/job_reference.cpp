#include <algorithm>

#include <fmt/format.h>

#include "ecron/base/time.hpp"
#include "ecron/model/fields.hpp"

namespace ecron::model {
namespace {

std::string joined(const std::vector<std::string_view>& names) {
    std::string out;
    for (const std::string_view name : names) out += fmt::format("{}`{}`", out.empty() ? "" : ", ", name);
    return out;
}

std::string type_text(const Field& field) {
    switch (field.type) {
        case FieldType::text:
            return field.max > 0 ? fmt::format("text, at most {} characters", field.max) : "text";
        case FieldType::boolean:
            return "boolean";
        case FieldType::integer:
            return field.max > 0 ? fmt::format("integer, {} to {}", field.min, field.max) : "integer";
        case FieldType::number:
            return fmt::format("number, {} to {}", field.min, field.max);
        case FieldType::duration:
            return fmt::format("duration, {} to {}", format_duration(Millis{field.min}),
                               format_duration(Millis{field.max}));
        case FieldType::time:
            return "RFC 3339 time";
        case FieldType::choice:
            return joined(field.choices());
        case FieldType::object:
        case FieldType::json_object:
            return "object";
        case FieldType::text_map:
            return "object with text values";
        case FieldType::codes:
            return fmt::format("list, at most {}", field.max);
        case FieldType::choices:
            return field.choices == nullptr ? "list of texts" : "list of " + joined(field.choices());
    }
    return {};
}

/// Names and values are code, sentences are not.
std::string default_text(const Field& field) {
    if (field.is_required) return "required";
    const std::string_view text = field.default_value;
    return text.empty() || text.contains(' ') ? std::string{text} : fmt::format("`{}`", text);
}

std::string code(std::string_view text) { return text.empty() ? std::string{} : fmt::format("`{}`", text); }

void write_table(std::string& out, const std::string& path, std::span<const Field> fields) {
    out +=
        fmt::format("\n## {}\n\n| member | type | default | description | example |\n|---|---|---|---|---|\n",
                    path.empty() ? "Job" : path);
    for (const Field& field : fields)
        out += fmt::format("| `{}` | {} | {} | {} | {} |\n", field.name, type_text(field),
                           default_text(field), field.doc, code(field.example));
    for (const Field& field : fields)
        if (!field.members.empty())
            write_table(out, (path.empty() ? "" : path + '.') + std::string{field.name}, field.members);
}

}  // namespace

std::string job_reference() {
    std::string out =
        "# Members of a job\n\n"
        "This page is generated from the table of members. [api.md](api.md) describes the API. null is "
        "equivalent to\n"
        "an absent member, and unknown members are ignored; the response warns of those that resemble a "
        "known one. A\n"
        "default that is the name of an option is the value of that option "
        "([configuration.md](configuration.md)).\n"
        "A duration is a text such as `1m30s`, or a number of seconds.\n";
    write_table(out, "", job_fields());
    return out;
}

}  // namespace ecron::model
