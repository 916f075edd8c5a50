#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ecron/base/time.hpp"
#include "ecron/model/fields.hpp"
#include "model/fields/job_reference_zh_cn.hpp"

namespace ecron::model {
namespace {

constexpr std::string_view kIntroduction =
    "# Members of a job\n\n"
    "[中文](zh-CN/jobs.md)\n\n"
    "This page is generated from the table of members. [api.md](api.md) describes the API. null is "
    "equivalent to\n"
    "an absent member, and unknown members are ignored; the response warns of those that resemble a "
    "known one or\n"
    "belong to another object. A default that is the name of an option is the value of that option\n"
    "([configuration.md](configuration.md)). A duration is a text such as `1m30s`, or a number of seconds.\n";

constexpr std::string_view kIntroductionZhCn =
    "# 任务的成员\n\n"
    "[English](../jobs.md)\n\n"
    "本页由成员表生成，术语的定义见 [concepts.md](concepts.md)，API 见 [api.md](../api.md)。值为 `null` "
    "等同于未指定该成员。\n"
    "未知的成员会被忽略；如果其名称与某个已知成员相近，或属于其他对象，响应会给出警告。默认值为选项名称时，表"
    "示该选项的值（见"
    "\n"
    "[configuration.md](../configuration.md)）。时长是 `1m30s` 这样的文本，或以秒为单位的数值。\n";

/// Returns a text of the page, or its format, in the page's language.
using Wording = std::string_view (*)(std::string_view english);

std::string_view english(std::string_view text) { return text; }

std::string_view chinese(std::string_view text) {
    const auto* const row = std::ranges::find(kJobReferenceZhCn, text, &ChineseText::english);
    return row == kJobReferenceZhCn.end() ? text : row->chinese;
}

template <class... Parts> std::string filled(std::string_view pattern, const Parts&... parts) {
    return fmt::format(fmt::runtime(pattern), parts...);
}

std::string joined(const std::vector<std::string_view>& names, Wording in) {
    return fmt::format("`{}`", fmt::join(names, in("`, `")));
}

std::string type_text(const Field& field, Wording in) {
    switch (field.type) {
        case FieldType::text:
            return field.max > 0 ? filled(in("text, at most {} characters"), field.max)
                                 : std::string{in("text")};
        case FieldType::boolean:
            return std::string{in("boolean")};
        case FieldType::integer:
            return field.max > 0 ? filled(in("integer, {} to {}"), field.min, field.max)
                                 : std::string{in("integer")};
        case FieldType::number:
            return filled(in("number, {} to {}"), field.min, field.max);
        case FieldType::duration:
            return filled(in("duration, {} to {}"), format_duration(Millis{field.min}),
                          format_duration(Millis{field.max}));
        case FieldType::time:
            return std::string{in("RFC 3339 time")};
        case FieldType::choice:
            return joined(field.choices(), in);
        case FieldType::object:
        case FieldType::json_object:
            return std::string{in("object")};
        case FieldType::text_map:
            return std::string{in("object with text values")};
        case FieldType::codes:
            return filled(in("list, at most {}"), field.max);
        case FieldType::choices:
            return field.choices == nullptr ? std::string{in("list of texts")}
                                            : filled(in("list of {}"), joined(field.choices(), in));
    }
    return {};
}

/// Names and values are code, sentences are not.
std::string default_text(const Field& field, Wording in) {
    if (field.is_required) return std::string{in("required")};
    const std::string_view text = field.default_value;
    return text.empty() || text.contains(' ') ? std::string{in(text)} : fmt::format("`{}`", text);
}

std::string code(std::string_view text) { return text.empty() ? std::string{} : fmt::format("`{}`", text); }

void write_table(std::string& out, const std::string& path, std::span<const Field> fields, Wording in) {
    out += fmt::format("\n## {}\n\n{}\n|---|---|---|---|---|\n", path.empty() ? in("Job") : path,
                       in("| member | type | default | description | example |"));
    for (const Field& field : fields)
        out += fmt::format("| `{}` | {} | {} | {} | {} |\n", field.name, type_text(field, in),
                           default_text(field, in), in(field.doc), code(field.example));
    for (const Field& field : fields)
        if (!field.members.empty())
            write_table(out, (path.empty() ? "" : path + '.') + std::string{field.name}, field.members, in);
}

std::string page(std::string_view introduction, Wording in) {
    std::string out{introduction};
    write_table(out, "", job_fields(), in);
    return out;
}

}  // namespace

std::string job_reference() { return page(kIntroduction, english); }
std::string job_reference_zh_cn() { return page(kIntroductionZhCn, chinese); }

}  // namespace ecron::model
