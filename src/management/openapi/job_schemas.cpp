#include "ecron/base/json_writer.hpp"
#include "ecron/model/fields.hpp"
#include "management/openapi/document.hpp"

/// Schemas of jobs from the table of their members. Members of a response are never null unless they are
/// always present; each member of a request may be null.
namespace ecron::management {
namespace {

using model::Field;
using model::FieldType;

enum class Body : std::uint8_t { request, response };

bool is_nullable(const Field& field, Body body) {
    const bool is_optional_object = field.type == FieldType::json_object || field.type == FieldType::text_map;
    return body == Body::request || (is_optional_object && field.presence == model::Presence::always);
}

void write_types(JsonWriter& json, std::initializer_list<std::string_view> types, bool nullable) {
    json.key("type");
    if (types.size() == 1 && !nullable) {
        json.text(*types.begin());
        return;
    }
    json.begin_array();
    for (const std::string_view type : types) json.text(type);
    if (nullable) json.text("null");
    json.end_array();
}

/// `cron` is a synonym in requests only; rows may contain types and modes that this version does not know.
void write_names(JsonWriter& json, const Field& field, Body body) {
    const bool can_be_unknown = field.name == "job_type" || field.name == "mode";
    json.key("enum").begin_array();
    for (const std::string_view name : field.choices())
        if (body == Body::request || name != "cron" || field.name != "job_type") json.text(name);
    if (body == Body::response && can_be_unknown) json.text("unknown");
    if (body == Body::request) json.null();
    json.end_array();
}

void write_limits(JsonWriter& json, const Field& field, Body body) {
    if (body == Body::response || field.max == 0) return;
    if (field.type == FieldType::text) {
        json.member("maxLength", field.max);
    } else if (field.type == FieldType::integer || field.type == FieldType::number) {
        json.member("minimum", field.min).member("maximum", field.max);
    }
}

void write_object(JsonWriter& json, std::span<const Field> fields, Body body);

void write_type(JsonWriter& json, const Field& field, Body body) {
    const bool nullable = is_nullable(field, body);
    switch (field.type) {
        case FieldType::text:
        case FieldType::time:
            return write_types(json, {"string"}, nullable);
        case FieldType::boolean:
            return write_types(json, {"boolean"}, nullable);
        case FieldType::integer:
            return write_types(json, {"integer"}, nullable);
        case FieldType::number:
            return write_types(json, {"number"}, nullable);
        case FieldType::duration:
            return write_types(json, {"string", "number"}, nullable);
        case FieldType::choice:
            if (field.name != "method" || body == Body::response) return write_names(json, field, body);
            return write_types(json, {"string"}, nullable);
        case FieldType::object:
            write_types(json, {"object"}, nullable);
            return write_object(json, field.members, body);
        case FieldType::json_object:
            write_types(json, {"object"}, nullable);
            if (body == Body::request && !field.members.empty()) write_object(json, field.members, body);
            return;
        case FieldType::text_map:
            write_types(json, {"object"}, nullable);
            json.member_raw("additionalProperties", R"({"type":["string","null"]})");
            return;
        case FieldType::codes:
            write_types(json, {"array"}, nullable);
            json.member_raw("items", R"({"type":["integer","string"]})");
            return;
        case FieldType::choices:
            write_types(json, {"array"}, nullable);
            json.key("items").begin_object();
            if (field.choices != nullptr) {
                json.key("enum").begin_array();
                for (const std::string_view name : field.choices()) json.text(name);
                json.end_array();
            } else {
                json.member("type", "string");
            }
            json.end_object();
            return;
    }
}

void write_field(JsonWriter& json, const Field& field, Body body) {
    json.key(field.name).begin_object();
    if (body == Body::response && field.name == "job_context") {
        json.member("$ref", "#/components/schemas/JobContext").end_object();
        return;
    }
    write_type(json, field, body);
    write_limits(json, field, body);
    std::string text{field.doc};
    if (!field.default_value.empty()) text.append(" Default: ").append(field.default_value).append(".");
    json.member("description", text);
    if (!field.example.empty()) json.key("examples").begin_array().raw(field.example).end_array();
    json.end_object();
}

/// Writes the members of an object and, for a response, which of them are always present.
void write_object(JsonWriter& json, std::span<const Field> fields, Body body) {
    if (body == Body::response) {
        json.key("additionalProperties").boolean(false);
        json.key("required").begin_array();
        for (const Field& field : fields)
            if (field.presence == model::Presence::always) json.text(field.name);
        json.end_array();
    }
    json.key("properties").begin_object();
    for (const Field& field : fields)
        if (body == Body::response || !field.is_read_only) write_field(json, field, body);
    json.end_object();
}

std::string schema(std::string_view name, std::string_view description, std::span<const Field> fields,
                   Body body) {
    std::string out = json_string(name) + ':';
    JsonWriter json{out};
    json.begin_object().member("type", "object").member("description", description);
    write_object(json, fields, body);
    json.end_object();
    return out + ',';
}

}  // namespace

std::string job_schemas() {
    std::string out = schema("Job", "A stored job.", model::job_fields(), Body::response);
    for (const Field& field : model::job_fields())
        if (field.name == "job_context")
            out += schema("JobContext", field.doc, field.members, Body::response);
    out += schema("JobInput", "A job. Any member may be null. To run a stored job, job_id is sufficient.",
                  model::job_fields(), Body::request);
    return out +
           R"("JobPatch":{"description":"The members to change; null removes a member.","$ref":"#/components/schemas/JobInput"},)";
}

}  // namespace ecron::management
