#include "management/difference.hpp"

#include <boost/json.hpp>

#include <map>

#include "ecron/base/json_writer.hpp"
#include "ecron/model/json.hpp"
#include "ecron/model/json_text.hpp"

namespace ecron::management {
namespace {

namespace bj = boost::json;
constexpr std::size_t kLongestValue = 1'024;

using Members = std::map<std::string, std::string>;  // path to JSON text

void add_members(Members& members, const std::string& prefix, const bj::object& object, int depth) {
    for (const auto& [name, value] : object) {
        const std::string path = prefix + std::string{name};
        if (depth > 0 && value.is_object())
            add_members(members, path + '.', value.get_object(), depth - 1);
        else
            members.emplace(path, model::write_json(value));
    }
}

Members members_of(const model::Job* job) {
    Members members;
    if (job == nullptr) return members;
    members.emplace("job_name", json_string(job->name));
    members.emplace("job_cron_time", json_string(job->cron_time));
    members.emplace("job_type", json_string(model::to_text(job->type)));
    members.emplace("enabled", job->enabled ? "true" : "false");
    members.emplace("remarks", json_string(job->remarks));
    const Result<bj::value> context = model::parse_json(job->context);
    if (context && context->is_object()) add_members(members, "job_context.", context->get_object(), 1);
    return members;
}

void append(JsonWriter& json, std::string_view name, const std::string* value) {
    if (value == nullptr) return;
    if (value->size() <= kLongestValue)
        json.member_raw(name, *value);
    else
        json.key(name).begin_object().member("size", static_cast<std::int64_t>(value->size())).end_object();
}

const std::string* value_in(const Members& members, const std::string& name) {
    const auto found = members.find(name);
    return found == members.end() ? nullptr : &found->second;
}

void append(JsonWriter& json, const std::string& name, const std::string* from, const std::string* to) {
    json.key(name).begin_object();
    append(json, "from", from);
    append(json, "to", to);
    json.end_object();
}

}  // namespace

std::string difference(const model::Job* before, const model::Job* after) {
    const Members old = members_of(before), fresh = members_of(after);
    std::string text;
    JsonWriter json{text};
    json.begin_object();
    for (const auto& [name, value] : old) {
        const std::string* const now = value_in(fresh, name);
        if (now == nullptr || *now != value) append(json, name, &value, now);
    }
    for (const auto& [name, value] : fresh)
        if (!old.contains(name)) append(json, name, nullptr, &value);
    json.end_object();
    return text;
}

}  // namespace ecron::management
