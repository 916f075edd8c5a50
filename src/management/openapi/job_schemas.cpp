#include <algorithm>
#include <cctype>
#include <charconv>
#include <set>

#include "ecron/base/json_writer.hpp"
#include "ecron/base/time.hpp"
#include "ecron/model/fields.hpp"
#include "management/openapi/document.hpp"

/// Schemas of jobs from the table of their members: one component per object and per enumeration, so that
/// generated clients have types with stable names.
namespace ecron::management {
namespace {

using model::Field;
using model::FieldType;

/// What a body consists of; each kind has components of its own. Members of a response are never null unless
/// they are always present; each member of a request may be null, which is equivalent to its absence, except
/// a required one.
enum class Body : std::uint8_t {
    response,     // closed: all members are listed
    as_received,  // an object of a request that responses repeat unchanged
    definition,
    named,  // a definition whose name is in the path
    run,    // a definition, or the id of a stored job
    /// Has no `default`: generated clients send the defaults of members that are not set, which a patch would
    /// write into the job.
    patch,
};

bool is_request(Body body) { return body != Body::response && body != Body::as_received; }

std::string_view suffix_of(Body body) {
    switch (body) {
        case Body::response:
        case Body::as_received:
            return "";
        case Body::definition:
            return "Input";
        case Body::named:
            return "NamedInput";
        case Body::run:
            return "RunInput";
        case Body::patch:
            return "Patch";
    }
    return "";
}

/// The kind of body of an object in another one.
Body inner(const Field& field, Body body) {
    if (body == Body::response && field.type == FieldType::json_object) return Body::as_received;
    if (body == Body::named || (body == Body::run && field.name != "job_context")) return Body::definition;
    return body;
}

bool is_required(const Field& field, Body body) {
    if (body == Body::response) return field.presence == model::Presence::always;
    const bool is_definition = body == Body::definition || (body == Body::named && field.name != "job_name");
    return is_definition && field.is_required;
}

bool is_nullable(const Field& field, Body body) {
    const bool is_optional_object = field.type == FieldType::json_object || field.type == FieldType::text_map;
    if (body == Body::response) return is_optional_object && field.presence == model::Presence::always;
    return !is_required(field, body);
}

/// "concurrency_key" becomes "ConcurrencyKey".
std::string pascal(std::string_view name) {
    std::string out;
    bool begins = true;
    for (const char c : name) {
        if (c != '_') out += begins ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
        begins = c == '_';
    }
    return out;
}

/// The component of a member of the object `parent`, without its suffix: "JobInfo", "JobDstOverlap".
std::string base_of(std::string_view parent, std::string_view name) {
    const bool is_outer = parent == "Job" || parent == "JobContext";
    if (is_outer && name.starts_with("job_")) return pascal(name);
    return (is_outer ? "Job" : std::string{parent}) + pascal(name);
}

/// Rows may contain types and modes that this version does not know; `cron` is a synonym in requests only.
bool differs_in_requests(const Field& field) { return field.name == "job_type" || field.name == "mode"; }

std::string enumeration_of(std::string_view parent, const Field& field, Body body) {
    return base_of(parent, field.name) + (is_request(body) && differs_in_requests(field) ? "Input" : "");
}

/// An unknown method is accepted in requests.
bool is_open_choice(const Field& field, Body body) { return field.name == "method" && is_request(body); }

bool is_number(std::string_view text) {
    double value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size();
}

/// Returns the default as JSON; empty if there is none, or an option or other members determine it.
std::string default_of(const Field& field) {
    const std::string_view text = field.default_value;
    switch (field.type) {
        case FieldType::boolean:
            return text == "true" || text == "false" ? std::string{text} : std::string{};
        case FieldType::integer:
        case FieldType::number:
            return is_number(text) ? std::string{text} : std::string{};
        case FieldType::duration: {
            const Result<Millis> duration = parse_duration(text);
            return duration ? json_string(format_duration(*duration)) : std::string{};
        }
        case FieldType::choice: {
            const std::vector<std::string_view> choices = field.choices();
            const bool is_literal = std::ranges::find(choices, text) != choices.end();
            return is_literal ? json_string(text) : std::string{};
        }
        default:
            return {};
    }
}

void write_names(JsonWriter& json, const std::vector<std::string_view>& names) {
    json.begin_array();
    for (const std::string_view name : names) json.text(name);
    json.end_array();
}

constexpr std::string_view kScheduleWords = R"json({"type":"string",
  "description":"The schedule in words; empty: none. Only with words.",
  "examples":["at 02:30 on weekdays (Europe/Berlin)"]})json";
constexpr std::string_view kNextRun = R"json({"type":["string","null"],"format":"date-time",
  "description":"The next run by the expression and the window, before jitter, with the offset of the job's time zone; null: none, or the job is disabled. Only with next.",
  "examples":["2026-01-06T02:30:00+01:00"]})json";
constexpr std::string_view kLastRuns = R"json({"type":"array","items":{"$ref":"#/components/schemas/LastRun"},
  "description":"The executions that began last, newest first; at most 20. Only with runs.",
  "examples":[[{"execute_id":"01a2049a-e208-87f9-b8de-1b911a17f609","job_status":"success",
    "begin_at":"2026-01-05T10:00:00.003Z","duration_ms":1234,"lateness_ms":3}]]})json";

class JobSchemas {
public:
    /// Writes the component of an object, followed by those of its members. `base` is its name without the
    /// suffix of the kind of body.
    void add_object(const std::string& base, std::string_view description, std::span<const Field> fields,
                    Body body) {
        add_named(base + std::string{suffix_of(body)}, base, description, fields, body);
    }

    /// The same with another name.
    void add_named(const std::string& name, const std::string& base, std::string_view description,
                   std::span<const Field> fields, Body body) {
        if (!names_.insert(name).second) return;
        JsonWriter json = begin(name);
        json.begin_object().member("type", "object").member("description", description);
        write_required(json, fields, body);
        json.key("properties").begin_object();
        for (const Field& field : fields)
            if (!is_request(body) || !field.is_read_only) write_property(json, base, field, body);
        if (name == "Job") write_members_on_request(json);
        json.end_object().end_object();
        out_ += ',';
        for (const Field& field : fields) add_types_of(base, field, body);
    }

    [[nodiscard]] std::string take() { return std::move(out_); }

private:
    JsonWriter begin(std::string_view name) {
        out_ += json_string(name) + ':';
        return JsonWriter{out_};
    }

    void add_types_of(const std::string& parent, const Field& field, Body body) {
        const std::string base = base_of(parent, field.name);
        if (!field.members.empty()) add_object(base, field.doc, field.members, inner(field, body));
        if (field.choices != nullptr && !is_open_choice(field, body)) add_enumeration(parent, field, body);
    }

    void add_enumeration(std::string_view parent, const Field& field, Body body) {
        const std::string name = enumeration_of(parent, field, body);
        if (!names_.insert(name).second) return;
        std::vector<std::string_view> choices = field.choices();
        if (differs_in_requests(field) && !is_request(body)) {
            std::erase(choices, "cron");
            choices.emplace_back("unknown");
        }
        JsonWriter json = begin(name);
        json.begin_object().member("type", "string").member("description", field.doc).key("enum");
        write_names(json, choices);
        json.end_object();
        out_ += ',';
    }

    static void write_required(JsonWriter& json, std::span<const Field> fields, Body body) {
        if (body == Body::response) json.key("additionalProperties").boolean(false);
        std::vector<std::string_view> required;
        for (const Field& field : fields)
            if (is_required(field, body)) required.push_back(field.name);
        if (required.empty()) return;
        json.key("required");
        write_names(json, required);
    }

    /// Members of the response to GET /job with the parameter `with`.
    static void write_members_on_request(JsonWriter& json) {
        json.member_raw("schedule_words", kScheduleWords);
        json.member_raw("next_run", kNextRun);
        json.member_raw("last_runs", kLastRuns);
    }

    static void write_property(JsonWriter& json, std::string_view parent, const Field& field, Body body) {
        json.key(field.name).begin_object();
        write_type(json, parent, field, body);
        std::string text{field.doc};
        if (!field.default_value.empty()) text.append(" Default: ").append(field.default_value).append(".");
        json.member("description", text);
        if (body == Body::definition || body == Body::named || body == Body::run)
            if (const std::string value = default_of(field); !value.empty())
                json.member_raw("default", value);
        if (!field.example.empty()) json.key("examples").begin_array().raw(field.example).end_array();
        json.end_object();
    }

    static void write_type(JsonWriter& json, std::string_view parent, const Field& field, Body body) {
        const bool nullable = is_nullable(field, body);
        if (const std::string component = component_of(parent, field, body); !component.empty()) {
            write_reference(json, component, nullable);
        } else {
            write_simple_type(json, simple_type_of(field), nullable);
            if (field.type == FieldType::choices || field.type == FieldType::codes)
                write_items(json, parent, field, body);
        }
        write_limits(json, field, body);
    }

    /// The component of a member's type; empty if the type is written where it is used.
    static std::string component_of(std::string_view parent, const Field& field, Body body) {
        switch (field.type) {
            case FieldType::duration:
                return is_request(body) ? "Duration" : "";
            case FieldType::time:
                return "Time";
            case FieldType::choice:
                return is_open_choice(field, body) ? "" : enumeration_of(parent, field, body);
            case FieldType::object:
            case FieldType::json_object:
                if (field.members.empty()) return "JsonObject";
                return base_of(parent, field.name) + std::string{suffix_of(inner(field, body))};
            case FieldType::text_map:
                return "TextMap";
            default:
                return {};
        }
    }

    static void write_reference(JsonWriter& json, const std::string& component, bool nullable) {
        const std::string target = "#/components/schemas/" + component;
        if (!nullable) {
            json.member("$ref", target);
            return;
        }
        json.key("anyOf").begin_array().begin_object().member("$ref", target).end_object();
        json.begin_object().member("type", "null").end_object().end_array();
    }

    static std::string_view simple_type_of(const Field& field) {
        switch (field.type) {
            case FieldType::boolean:
                return "boolean";
            case FieldType::integer:
                return "integer";
            case FieldType::number:
                return "number";
            case FieldType::codes:
            case FieldType::choices:
                return "array";
            default:
                return "string";
        }
    }

    static void write_simple_type(JsonWriter& json, std::string_view type, bool nullable) {
        json.key("type");
        if (nullable)
            json.begin_array().text(type).text("null").end_array();
        else
            json.text(type);
        if (type == "integer") json.member("format", "int64");
        if (type == "number") json.member("format", "double");
    }

    static void write_items(JsonWriter& json, std::string_view parent, const Field& field, Body body) {
        json.key("items").begin_object();
        if (field.type == FieldType::codes)
            json.member("$ref", "#/components/schemas/CodeRange");
        else if (field.choices != nullptr)
            json.member("$ref", "#/components/schemas/" + enumeration_of(parent, field, body));
        else
            json.member("type", "string");
        json.end_object();
    }

    static void write_limits(JsonWriter& json, const Field& field, Body body) {
        if (!is_request(body)) return;
        const bool is_text = field.type == FieldType::text;
        if (is_text && is_required(field, body)) json.member("minLength", std::int64_t{1});
        if (field.max == 0) return;
        if (is_text) json.member("maxLength", field.max);
        if (field.type == FieldType::integer || field.type == FieldType::number)
            json.member("minimum", field.min).member("maximum", field.max);
        if (field.type == FieldType::codes || field.type == FieldType::choices)
            json.member("maxItems", field.max);
        if (field.type == FieldType::text_map) json.member("maxProperties", field.max);
    }

    std::string out_;
    std::set<std::string> names_;
};

/// The members of job_context that determine the occurrences.
std::vector<Field> occurrence_fields(std::span<const Field> context) {
    std::vector<Field> fields;
    std::ranges::copy_if(context, std::back_inserter(fields),
                         [](const Field& field) { return field.planning == model::Planning::occurrences; });
    return fields;
}

}  // namespace

std::string job_schemas() {
    const std::span<const Field> fields = model::job_fields();
    const Field& context = *std::ranges::find(fields, "job_context", &Field::name);
    JobSchemas schemas;
    schemas.add_object("Job", "A stored job.", fields, Body::response);
    schemas.add_object("Job", "The definition of a job. Optional members may be null.", fields,
                       Body::definition);
    schemas.add_object("Job", "The definition of a job whose name is in the path.", fields, Body::named);
    schemas.add_object("Job",
                       "A job to run: its definition, or only job_id for a stored job. With job_id, "
                       "job_context may name the execute_id.",
                       fields, Body::run);
    schemas.add_object("Job",
                       "The members to change (RFC 7396): null removes a member, which then has its default.",
                       fields, Body::patch);
    schemas.add_named("PreviewContext", "JobContext",
                      "The members of job_context that determine the occurrences.",
                      occurrence_fields(context.members), Body::definition);
    return schemas.take();
}

}  // namespace ecron::management
