#include "client/definitions/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <map>
#include <set>

#include "client/text/json_access.hpp"
#include "client/text/yaml_writer.hpp"
#include "ecron/model/fields.hpp"

namespace ecron::client {
namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;
using ByName = std::map<std::string, const JobObject*>;

bool is_empty(const json::value& value) {
    if (value.is_null() || (value.is_string() && value.get_string().empty())) return true;
    if (value.is_array()) return value.get_array().empty();
    return value.is_object() && std::ranges::all_of(value.get_object(), [](const auto& member) {
               return is_empty(member.value());
           });
}

/// The values of `params` are arguments of a command, so their order counts.
bool is_ordered(std::string_view name) { return name == "params"; }

bool is_equal(std::string_view name, const json::value& from, const json::value& to) {
    if (is_empty(from) && is_empty(to)) return true;
    if (is_ordered(name)) return json::serialize(from) == json::serialize(to);
    if (!from.is_object() || !to.is_object()) return from == to;
    const json::object &before = from.get_object(), &after = to.get_object();
    const auto differs = [&](const auto& one) {
        return !is_equal(one.key(), member(before, one.key()), member(after, one.key()));
    };
    return std::ranges::none_of(before, differs) && std::ranges::none_of(after, differs);
}

std::string shown(std::string_view name, const json::value& value) {
    if (is_empty(value)) return {};
    return model::is_secret_field(name) ? "(hidden)" : json::serialize(value);
}

void collect(const json::object& from, const json::object& to, const std::string& path,
             std::vector<MemberChange>& changes) {
    std::vector<std::string> names;
    for (const auto& member : to) names.emplace_back(member.key());
    for (const auto& member : from)
        if (!to.contains(member.key())) names.emplace_back(member.key());
    for (const std::string& name : names) {
        const json::value &before = member(from, name), &after = member(to, name);
        if (is_equal(name, before, after)) continue;
        const std::string inner = path.empty() ? name : path + '.' + name;
        const bool nested =
            before.is_object() && after.is_object() && !is_ordered(name) && !model::is_secret_field(name);
        if (nested)
            collect(before.get_object(), after.get_object(), inner, changes);
        else
            changes.push_back({inner, shown(name, before), shown(name, after)});
    }
}

/// The members that a definition states; the rest of a response is set by the server.
json::object defined_part(const JobObject& job) {
    json::object part;
    for (const char* name : {"job_name", "job_cron_time", "job_type", "job_context", "enabled", "remarks"})
        part[name] = member(job, name);
    return part;
}

/// What the server itself changes is no difference: a timed job is disabled after its occurrence, and one
/// that was taken over from the previous service continues to repeat.
void keep_server_state(const JobObject& current, json::object& desired) {
    if (text_at(current, "job_type") != "timed" || text_at(desired, "job_type") != "timed") return;
    if (flag_at(object_at(current, "job_context"), "repeats"))
        desired["job_context"].as_object()["repeats"] = true;
    json::object other = desired;
    other["enabled"] = false;
    const bool only_disabled =
        !flag_at(current, "enabled") && member_changes(defined_part(current), defined_part(other)).empty();
    if (only_disabled) desired["enabled"] = false;
}

Outcome<ByName> index_by_name(const std::vector<JobObject>& jobs) {
    ByName by_name;
    for (const JobObject& job : jobs) {
        const auto [known, is_new] = by_name.emplace(job_name(job), &job);
        if (!is_new)
            return failed(
                ExitCode::refused,
                fmt::format(
                    "two jobs have the name {:?}: {} of tenant {} and {} of tenant {}; --tenant selects "
                    "a tenant",
                    job_name(job), job_id(*known->second), text_at(*known->second, "tenant_id"), job_id(job),
                    text_at(job, "tenant_id")));
    }
    return by_name;
}

Outcome<Change> change_for(const Definition& definition, const JobObject* current, Instant now) {
    auto canonical = canonical_job(definition, current, now);
    if (!canonical) return std::unexpected(canonical.error());
    Change change{.kind = Change::Kind::create, .name = text_at(definition.job, "job_name")};
    change.body = request_body(definition, current);
    change.warnings = std::move(canonical->warnings);
    if (current == nullptr) return change;
    keep_server_state(*current, canonical->job);
    change.members = member_changes(defined_part(*current), defined_part(canonical->job));
    change.kind = change.members.empty() ? Change::Kind::none : Change::Kind::update;
    change.id = job_id(*current);
    change.revision = number_at(*current, "revision");
    return change;
}

void add_deletions(const std::vector<JobObject>& jobs, const std::set<std::string>& defined,
                   const Prune& prune, Plan& plan) {
    if (!prune.enabled) return;
    for (const JobObject& job : jobs)
        if (!defined.contains(job_name(job)) && has_labels(job, prune.labels))
            plan.changes.push_back({.kind = Change::Kind::remove, .name = job_name(job), .id = job_id(job)});
}

std::string indented(const std::string& text, std::string_view prefix) {
    std::string out;
    for (std::string_view rest = text; !rest.empty();) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        out += fmt::format("{}{}\n", prefix, line);
    }
    return out;
}

/// A new job as YAML, with the values of secret members hidden.
void hide_secrets(json::value& value) {
    if (!value.is_object()) return;
    for (auto& member : value.get_object())
        if (model::is_secret_field(member.key()) && !is_empty(member.value()))
            member.value() = "(hidden)";
        else
            hide_secrets(member.value());
}

}  // namespace

std::vector<MemberChange> member_changes(const json::object& from, const json::object& to) {
    std::vector<MemberChange> changes;
    collect(from, to, "", changes);
    return changes;
}

bool has_labels(const JobObject& job, const Labels& labels) {
    const json::object& own = object_at(object_at(job, "job_context"), "labels");
    return std::ranges::all_of(labels,
                               [&](const auto& label) { return text_at(own, label.first) == label.second; });
}

Outcome<Labels> read_labels(const std::vector<std::string>& texts) {
    Labels labels;
    for (const std::string& text : texts) {
        const std::size_t sign = text.find('=');
        if (sign == text.npos || sign == 0)
            return failed(ExitCode::usage, fmt::format("--label: {:?} is not KEY=VALUE", text));
        labels.emplace_back(text.substr(0, sign), text.substr(sign + 1));
    }
    return labels;
}

std::size_t Plan::count(Change::Kind kind) const {
    return static_cast<std::size_t>(std::ranges::count(changes, kind, &Change::kind));
}

Outcome<Plan> make_plan(const std::vector<Definition>& definitions, const std::vector<JobObject>& jobs,
                        const Prune& prune, Instant now) {
    const auto by_name = index_by_name(jobs);
    if (!by_name) return std::unexpected(by_name.error());
    Plan plan;
    std::set<std::string> defined;
    std::vector<std::string> errors;
    for (const Definition& definition : definitions) {
        const std::string name = text_at(definition.job, "job_name");
        const auto current = by_name->find(name);
        auto change = change_for(definition, current == by_name->end() ? nullptr : current->second, now);
        if (change)
            plan.changes.push_back(std::move(*change));
        else
            errors.insert(errors.end(), change.error().lines.begin(), change.error().lines.end());
        defined.insert(name);
    }
    if (!errors.empty()) return std::unexpected(Failure{ExitCode::usage, std::move(errors)});
    add_deletions(jobs, defined, prune, plan);
    return plan;
}

std::string format_plan(const Plan& plan, const Style& style) {
    std::string out;
    for (const Change& change : plan.changes) {
        if (change.kind == Change::Kind::create) {
            json::value body = change.body;
            hide_secrets(body);
            out += style.green(fmt::format("+ {}", change.name)) + '\n' + indented(to_yaml(body), "    ");
        } else if (change.kind == Change::Kind::remove) {
            out += style.red(fmt::format("- {}", change.name)) + '\n';
        } else if (change.kind == Change::Kind::update) {
            out += style.yellow(fmt::format("~ {}", change.name)) + '\n';
            for (const MemberChange& member : change.members)
                out += fmt::format("    {}: {} → {}\n", member.path,
                                   member.from.empty() ? "(none)" : member.from,
                                   member.to.empty() ? "(none)" : member.to);
        }
    }
    return out;
}

std::string summary_of(const Plan& plan) {
    using enum Change::Kind;
    return fmt::format("{} to create, {} to change, {} to delete, {} unchanged", plan.count(create),
                       plan.count(update), plan.count(remove), plan.count(none));
}

}  // namespace ecron::client
