#include "management/difference.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <map>

#include "ecron/base/credentials.hpp"
#include "ecron/base/json_writer.hpp"
#include "ecron/model/fields.hpp"
#include "ecron/model/json.hpp"
#include "ecron/model/json_text.hpp"

namespace ecron::management {
namespace {

namespace bj = boost::json;
constexpr std::size_t kMaxValueBytes = 1'024;

constexpr std::string_view kReference = "${secret:";

/// JSON texts: `held` is compared to detect a change, `shown` is recorded.
struct Member {
    std::string held;
    std::string shown;
};
using Members = std::map<std::string, Member>;  // by path

/// A reference alone is not a secret; it only names where the secret is stored.
bool is_reference(std::string_view text) {
    return text.starts_with(kReference) && text.find('}') == text.size() - 1;
}

/// Whether something was removed from a value, which then has another text.
enum class Hidden : bool { nothing, something };

Hidden operator|(Hidden left, Hidden right) { return left == Hidden::something ? left : right; }

Hidden hide_all(bj::value& value) {
    Hidden hidden = Hidden::nothing;
    if (bj::object* const object = value.if_object()) {
        for (auto& member : *object) hidden = hide_all(member.value()) | hidden;
    } else if (bj::array* const array = value.if_array()) {
        for (bj::value& element : *array) hidden = hide_all(element) | hidden;
    } else if (value.is_string() && is_reference(std::string_view{value.get_string()})) {
        return hidden;
    } else if (!value.is_null() && !value.is_bool()) {
        value = kHidden;
        hidden = Hidden::something;
    }
    return hidden;
}

/// Removes from the value of the member `name` what may be a credential.
Hidden hide_secrets(std::string_view name, bj::value& value) {
    // What is sent to targets may contain credentials, whatever the names inside; "value": of a variable of a
    // container.
    const bool is_given = model::is_secret_field(name) || name == "value";
    if (is_given || (name != "concurrency_key" && names_credential(name))) return hide_all(value);
    Hidden hidden = Hidden::nothing;
    if (bj::object* const object = value.if_object()) {
        for (auto& member : *object) hidden = hide_secrets(member.key(), member.value()) | hidden;
    } else if (bj::array* const array = value.if_array()) {
        bool hides_next = false;  // for the next word of a command
        for (bj::value& element : *array) {
            const bool is_option = element.is_string() && announces_credential(element.get_string());
            hidden = (hides_next ? hide_all(element) : hide_secrets(name, element)) | hidden;
            hides_next = is_option;
        }
    } else if (value.is_string() && !model::is_kept_number(value)) {
        const std::string shown = shown_text(std::string_view{value.get_string()});
        if (shown != std::string_view{value.get_string()}) {
            value = shown;
            hidden = Hidden::something;
        }
    }
    return hidden;
}

Member member_of(std::string_view name, bj::value value) {
    std::string held = model::write_json(value);
    std::string shown = hide_secrets(name, value) == Hidden::something ? model::write_json(value) : held;
    return {std::move(held), std::move(shown)};
}

void add_members(Members& members, const std::string& prefix, const bj::object& object, int depth) {
    for (const auto& [name, value] : object) {
        const std::string path = prefix + std::string{name};
        if (depth > 0 && value.is_object())
            add_members(members, path + '.', value.get_object(), depth - 1);
        else
            members.emplace(path, member_of(name, value));
    }
}

Members members_of(const model::Job* job) {
    Members members;
    if (job == nullptr) return members;
    const auto add = [&](std::string_view name, bj::value value) {
        members.emplace(name, member_of(name, std::move(value)));
    };
    add("job_name", bj::string{job->name});
    add("job_cron_time", bj::string{job->cron_time});
    add("job_type", bj::string{model::to_text(job->type)});
    add("enabled", job->enabled);
    add("remarks", bj::string{job->remarks});
    const Result<bj::value> context = model::parse_json(job->context);
    if (context && context->is_object()) add_members(members, "job_context.", context->get_object(), 1);
    return members;
}

void append(JsonWriter& json, std::string_view name, const Member* value) {
    if (value == nullptr) return;
    if (value->held.size() <= kMaxValueBytes)
        json.member_raw(name, value->shown);
    else
        json.key(name)
            .begin_object()
            .member("size", static_cast<std::int64_t>(value->held.size()))
            .end_object();
}

const Member* value_in(const Members& members, const std::string& name) {
    const auto found = members.find(name);
    return found == members.end() ? nullptr : &found->second;
}

void append(JsonWriter& json, const std::string& name, const Member* from, const Member* to) {
    json.key(name).begin_object();
    append(json, "from", from);
    append(json, "to", to);
    json.end_object();
}

}  // namespace

Difference difference(const model::Job* before, const model::Job* after) {
    const Members old = members_of(before), fresh = members_of(after);
    std::string text;
    JsonWriter json{text};
    json.begin_object();
    for (const auto& [name, value] : old) {
        const Member* const now = value_in(fresh, name);
        if (now == nullptr || now->held != value.held) append(json, name, &value, now);
    }
    for (const auto& [name, value] : fresh)
        if (!old.contains(name)) append(json, name, nullptr, &value);
    json.end_object();
    return Difference{std::move(text)};
}

Difference change_to(const std::string& member, std::string_view json_value) {
    const Result<bj::value> value = model::parse_json(json_value);
    if (!value) return {};
    const Member to = member_of(std::string_view{member}.substr(member.rfind('.') + 1), *value);
    std::string text;
    JsonWriter json{text};
    json.begin_object();
    append(json, member, nullptr, &to);
    json.end_object();
    return Difference{std::move(text)};
}

}  // namespace ecron::management
