#include "execution/kubernetes/kubernetes_manifest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "ecron/base/uuid.hpp"
#include "ecron/model/command_line.hpp"
#include "ecron/model/execute_id.hpp"
#include "ecron/model/json_text.hpp"

namespace ecron::execution {
namespace {

namespace json = boost::json;

constexpr Seconds kDeadlineMargin{60};
constexpr std::size_t kLongestLabel = 63;

/// Whether the text is a valid label value.
bool is_label(std::string_view text) {
    const auto outer = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    return !text.empty() && text.size() <= kLongestLabel && outer(text.front()) && outer(text.back()) &&
           std::ranges::all_of(text, [&](char c) { return outer(c) || c == '-' || c == '_' || c == '.'; });
}

/// The object in that member, created if missing.
json::object& object_in(json::object& parent, std::string_view name) {
    json::value& value = parent[name];
    if (!value.is_object()) value.emplace_object();
    return value.get_object();
}

json::array& array_in(json::object& parent, std::string_view name) {
    json::value& value = parent[name];
    if (!value.is_array()) value.emplace_array();
    return value.get_array();
}

void set_if_absent(json::object& object, std::string_view name, json::value value) {
    json::value& member = object[name];
    if (member.is_null()) member = std::move(value);
}

Result<void> reveal_in(json::value& value, Revealer& revealer, Quoting quoting) {
    if (json::string* const text = value.if_string()) {
        if (text->find("${secret:") == json::string::npos) return {};
        const Result<std::string> revealed = revealer.reveal(*text, quoting);
        if (!revealed) return std::unexpected(revealed.error());
        *text = *revealed;
    } else if (json::object* const object = value.if_object()) {
        for (json::key_value_pair& member : *object)
            if (auto done = reveal_in(member.value(), revealer, quoting); !done) return done;
    } else if (json::array* const array = value.if_array()) {
        for (json::value& element : *array)
            if (auto done = reveal_in(element, revealer, quoting); !done) return done;
    }
    return {};
}

/// The environment variables of a container.
class Variables {
public:
    explicit Variables(json::object& container) : list_(array_in(container, "env")) {}

    Result<void> reveal(Revealer& revealer) {
        for (json::value& variable : list_)
            if (auto done = reveal_in(variable, revealer, Quoting::dollars); !done) return done;
        return {};
    }
    [[nodiscard]] bool has(std::string_view name) const {
        return std::ranges::any_of(list_, [&](const json::value& one) {
            const json::object* const object = one.if_object();
            const json::value* const own = object == nullptr ? nullptr : object->if_contains("name");
            return own != nullptr && *own == json::value(name);
        });
    }
    void add(std::string_view name, std::string_view value) {
        for (auto one = list_.begin(); one != list_.end();) {
            const json::object* const object = one->if_object();
            const json::value* const own = object == nullptr ? nullptr : object->if_contains("name");
            one = own != nullptr && *own == json::value(name) ? list_.erase(one) : one + 1;
        }
        list_.push_back(json::object{{"name", name}, {"value", value}});
    }

private:
    json::array& list_;
};

/// Escapes `$`, which begins a reference to another variable, as `$$`.
std::string literal(std::string_view text) {
    std::string out;
    for (const char c : text) out += c == '$' ? "$$" : std::string(1, c);
    return out;
}

void add_own_variables(Variables& variables, const AttemptOrder& order) {
    variables.add("ECRON_EXECUTE_ID", literal(std::string{model::chosen_id(order.execute_id)}));
    variables.add("ECRON_ATTEMPT", std::to_string(order.attempt));
    variables.add("ECRON_SCHEDULED_AT", format_rfc3339_millis(order.scheduled_at));
    variables.add("ECRON_JOB_ID", literal(order.task->job_id.value()));
    variables.add("ECRON_JOB_NAME", literal(order.task->job_name));
    if (!order.traceparent.empty() && !variables.has("TRACEPARENT"))
        variables.add("TRACEPARENT", order.traceparent);
}

Result<json::array> words_of(const model::Context& context, const model::KubernetesJob& job) {
    json::array words;
    for (const std::string& word : job.command) words.emplace_back(word);
    if (!words.empty() || context.exec.empty()) return words;
    const auto split = model::command_words(context);
    if (!split)
        return fail(Errc::invalid,
                    fmt::format("exec: {} (at position {})", split.error().reason, split.error().position));
    for (const std::string& word : *split) words.emplace_back(word);
    return words;
}

/// The fields that the policy `restricted` requires of a pod.
void restrict(json::object& pod, json::object& container) {
    pod["securityContext"] =
        json::object{{"runAsNonRoot", true}, {"seccompProfile", json::object{{"type", "RuntimeDefault"}}}};
    container["securityContext"] = json::object{{"allowPrivilegeEscalation", false},
                                                {"capabilities", json::object{{"drop", json::array{"ALL"}}}}};
}

bool is_restricted(const ManifestOptions& options) {
    return options.rules != nullptr && options.rules->policy == model::PodPolicy::restricted;
}

Result<json::object> built(const model::Context& context, const model::KubernetesJob& job,
                           const ManifestOptions& options) {
    if (job.image.empty()) return fail(Errc::invalid, "info.kubernetes.image is empty");
    json::object container{{"name", "main"}, {"image", job.image}};
    Result<json::array> words = words_of(context, job);
    if (!words) return std::unexpected(words.error());
    if (!words->empty()) container["command"] = std::move(*words);
    if (context.params && !context.params->empty())
        for (const auto& [name, value] : *context.params) array_in(container, "args").emplace_back(value);
    Variables variables{container};
    for (const model::NameValues* const given :
         {context.environment ? &*context.environment : nullptr, &job.environment})
        if (given != nullptr)
            for (const auto& [name, value] : *given) variables.add(name, value);
    if (!job.resources.empty()) {
        Result<json::value> resources = model::parse_json(job.resources);
        if (!resources) return fail(Errc::invalid, "info.kubernetes.resources is no JSON");
        container["resources"] = std::move(*resources);
    }
    json::object pod{{"restartPolicy", "Never"}};
    if (is_restricted(options)) restrict(pod, container);
    pod["containers"] = json::array{std::move(container)};
    if (!job.service_account.empty()) pod["serviceAccountName"] = job.service_account;
    return json::object{
        {"spec", json::object{{"backoffLimit", 0}, {"template", json::object{{"spec", std::move(pod)}}}}}};
}

Result<json::object> given(const std::string& body) {
    Result<json::value> value = model::parse_json(body);
    if (!value || !value->is_object()) return fail(Errc::invalid, "info.body is no manifest");
    return std::move(value->get_object());
}

Result<void> complete_containers(json::object& spec, const AttemptOrder& order, Revealer& revealer) {
    json::object& pod = object_in(object_in(spec, "template"), "spec");
    json::array& containers = array_in(pod, "containers");
    if (containers.empty()) return fail(Errc::invalid, "the manifest names no container");
    for (json::value& container : containers) {
        if (!container.is_object()) return fail(Errc::invalid, "a container of the manifest is no object");
        Variables variables{container.get_object()};
        if (auto revealed = variables.reveal(revealer); !revealed) return revealed;
        add_own_variables(variables, order);
    }
    return {};
}

void mark_as_own(json::object& metadata, const AttemptOrder& order) {
    json::object& labels = object_in(metadata, "labels");
    set_if_absent(labels, "app.kubernetes.io/managed-by", "ecron");
    labels[kAttemptLabel] = std::to_string(order.attempt);
    if (is_label(order.task->job_id.value())) labels["ecron/job-id"] = order.task->job_id.value();
    json::object& annotations = object_in(metadata, "annotations");
    annotations[kExecuteIdAnnotation] = order.execute_id.value();
    annotations["ecron/job-id"] = order.task->job_id.value();
    annotations["ecron/job-name"] = order.task->job_name;
    annotations["ecron/tenant"] = order.task->tenant.value();
}

Result<std::string> namespace_for(const AttemptOrder& order, const std::string& named,
                                  const ManifestOptions& options) {
    if (options.rules != nullptr) return model::namespace_of(*options.rules, order.task->tenant, named);
    std::string name_space = named.empty() ? "default" : named;
    if (!model::is_dns_label(name_space))
        return fail(Errc::invalid, fmt::format("{} is no namespace", name_space));
    return name_space;
}

/// Without an explicit service account, a pod uses the namespace's default one, which has permissions in many
/// clusters.
void withhold_token(json::object& spec) {
    json::object& pod = object_in(object_in(spec, "template"), "spec");
    for (const std::string_view member : {"serviceAccountName", "serviceAccount"})
        if (const json::value* const account = pod.if_contains(member);
            account != nullptr && account->is_string() && !account->get_string().empty())
            return;
    set_if_absent(pod, "automountServiceAccountToken", false);
}

Result<void> check_rules(json::object& spec, const std::string& name_space, const ManifestOptions& options) {
    if (options.rules == nullptr) return {};
    const json::object& pods = object_in(spec, "template");
    const std::vector<model::PodFault> faults = model::template_faults(*options.rules, name_space, pods);
    if (faults.empty()) return {};
    std::string what = fmt::format("spec.template.{} {}", faults.front().field, faults.front().reason);
    if (faults.size() > 1) what += fmt::format("; and {} more", faults.size() - 1);
    return fail(Errc::denied, "the Job may not be made (kubernetes_pod_policy): " + what);
}

}  // namespace

std::string kubernetes_job_name(const ExecuteId& id, int attempt) {
    std::string name = fmt::format("ecron-{}-{}", id.value(), attempt);
    if (model::is_dns_label(name)) return name;
    return fmt::format("ecron-{}-{}", keyed_uuid("kubernetes", id.value(), Instant{}), attempt);
}

Result<JobManifest> manifest_of(const AttemptOrder& order, const model::KubernetesJob& job,
                                const ManifestOptions& options, Revealer& revealer) {
    const model::Context& context = order.task->context;
    const bool has_manifest = context.body && *context.body != "{}";
    Result<json::object> made = has_manifest ? given(*context.body) : built(context, job, options);
    if (!made) return std::unexpected(made.error());
    json::value whole = std::move(*made);
    json::object& root = whole.get_object();

    JobManifest manifest{.name = kubernetes_job_name(order.execute_id, order.attempt)};
    root["apiVersion"] = "batch/v1";
    root["kind"] = "Job";
    root.erase("status");
    json::object& metadata = object_in(root, "metadata");
    const json::value* const own = metadata.if_contains("namespace");
    const std::string named = !job.name_space.empty()              ? job.name_space
                              : own != nullptr && own->is_string() ? std::string{own->get_string()}
                                                                   : std::string{};
    const Result<std::string> name_space = namespace_for(order, named, options);
    if (!name_space) return std::unexpected(name_space.error());
    manifest.name_space = *name_space;
    for (const std::string_view name : {"generateName", "uid", "resourceVersion"}) metadata.erase(name);
    metadata["name"] = manifest.name;
    metadata["namespace"] = manifest.name_space;
    mark_as_own(metadata, order);

    json::object& spec = object_in(root, "spec");
    set_if_absent(spec, "ttlSecondsAfterFinished", options.ttl.count());
    set_if_absent(spec, "activeDeadlineSeconds",
                  (std::chrono::ceil<Seconds>(options.timeout) + kDeadlineMargin).count());
    if (auto completed = complete_containers(spec, order, revealer); !completed)
        return std::unexpected(completed.error());
    if (auto revealed = reveal_in(whole, revealer, Quoting::none); !revealed)
        return std::unexpected(revealed.error());
    if (options.rules != nullptr) withhold_token(spec);
    if (auto checked = check_rules(spec, manifest.name_space, options); !checked)
        return std::unexpected(checked.error());
    manifest.text = model::write_json(whole);
    return manifest;
}

}  // namespace ecron::execution
