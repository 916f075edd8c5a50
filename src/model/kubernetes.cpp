#include "model/kubernetes.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "ecron/base/http_url.hpp"
#include "model/document.hpp"

namespace ecron::model {
namespace {

namespace json = boost::json;

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

std::vector<std::string> read_command(Members& members) {
    std::vector<std::string> words;
    const json::array* const list = members.array("command");
    if (list == nullptr) return words;
    for (std::size_t i = 0; i < list->size(); ++i) {
        const json::string* const word = (*list)[i].if_string();
        if (word == nullptr)
            members.wrong_type(fmt::format("command[{}]", i), "text", (*list)[i]);
        else
            words.emplace_back(std::string_view{*word});
    }
    return words;
}

/// Returns true for a host name, an IPv4 address or an IPv6 address with or without brackets; rejects text
/// that would redirect the URL elsewhere.
bool is_host(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' || c == '_' ||
               c == ':' || c == '[' || c == ']';
    });
}

bool names_host(const KubernetesJob& job) {
    return job.addr.empty() || (is_host(job.addr) && check_http_url(proxy_url(job)).has_value());
}

bool is_variable_name(std::string_view name) {
    return !name.empty() && !(name[0] >= '0' && name[0] <= '9') && std::ranges::all_of(name, [](char c) {
        return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || c == '.';
    });
}

/// Checks only the parts of a manifest that ecron depends on; the API server checks the rest.
void check_manifest(const std::string& name_space, Members& info) {
    std::optional<Members> body = info.object("body");
    if (!body) return;
    if (const auto version = body->text("apiVersion"); version && *version != "batch/v1")
        body->refuse("apiVersion", "must be batch/v1");
    if (const auto kind = body->text("kind"); kind && *kind != "Job") body->refuse("kind", "must be Job");
    if (std::optional<Members> metadata = body->object("metadata")) {
        const auto own = metadata->text("namespace");
        if (own && !is_dns_label(*own))
            metadata->refuse("namespace", "must be a DNS label: lower case letters, digits and -");
        else if (own && !name_space.empty() && *own != name_space)
            metadata->refuse("namespace", "is another than info.kubernetes.namespace");
        for (const char* const part : {"labels", "annotations"})
            static_cast<void>(metadata->name_values(part));
    }
    std::optional<Members> spec = body->object("spec");
    if (!spec) return body->refuse("spec", "must be the Job's specification");
    std::optional<Members> pods = spec->object("template");
    std::optional<Members> pod = pods ? pods->object("spec") : std::nullopt;
    const json::array* const containers = pod ? pod->array("containers") : nullptr;
    if (containers == nullptr || containers->empty() ||
        !std::ranges::all_of(*containers, [](const json::value& one) { return one.is_object(); }))
        spec->refuse("template.spec.containers", "must name at least one container");
}

}  // namespace

bool is_dns_label(std::string_view text) {
    return !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-' &&
           std::ranges::all_of(text, [](char c) { return is_lower_or_digit(c) || c == '-'; });
}

std::string proxy_url(const KubernetesJob& job) {
    const bool is_bare_ipv6 = std::ranges::count(job.addr, ':') > 1 && !job.addr.starts_with('[');
    return fmt::format("http://{}{}{}:{}", is_bare_ipv6 ? "[" : "", job.addr, is_bare_ipv6 ? "]" : "",
                       job.port);
}

bool is_kubernetes_job(const Context& context) {
    return context.mode == Mode::exe && context.kubernetes && *context.kubernetes != "{}";
}

KubernetesJob read_kubernetes(Members& members) {
    KubernetesJob job;
    job.addr = members.text("addr").value_or("");
    if (const auto port = members.integer("port", 0, 65'535); port && *port > 0)
        job.port = static_cast<std::uint16_t>(*port);
    job.name_space = members.text("namespace").value_or("");
    job.image = members.text("image").value_or("");
    job.command = read_command(members);
    job.environment = members.name_values("env").value_or(NameValues{});
    job.resources = members.object_text("resources").value_or("");
    job.service_account = members.text("service_account").value_or("");
    return job;
}

bool check_kubernetes(const Context& context, Members& info) {
    std::optional<Members> members = info.object("kubernetes");
    if (!members) return false;
    const KubernetesJob job = read_kubernetes(*members);
    const bool has_manifest = context.body && *context.body != "{}";
    if (!names_host(job)) members->refuse("addr", "must be a host's name or address");
    if (!job.name_space.empty() && !is_dns_label(job.name_space))
        members->refuse("namespace", "must be a DNS label: lower case letters, digits and -");
    if (job.image.empty() && !has_manifest)
        members->refuse("image", "must not be empty where info.body is no manifest");
    if (job.image.find_first_of(" \t\r\n") != std::string::npos)
        members->refuse("image", "must not hold white space");
    for (const auto& [name, value] : job.environment)
        if (!is_variable_name(name) || name.starts_with("ECRON_"))
            members->refuse("env", fmt::format("\"{}\" is no name for a variable: letters, digits, _ - and "
                                               "., not beginning with a digit or ECRON_",
                                               Members::shortened(name)));
    if (has_manifest) check_manifest(job.name_space, info);
    return !has_manifest && job.command.empty();
}

Result<KubernetesJob> read_kubernetes(std::string_view text) {
    const Document document{text};
    const json::object* const object = document.ok() ? document.root().if_object() : nullptr;
    if (object == nullptr) return fail(Errc::invalid, "info.kubernetes is no object");
    ValidationErrors errors;
    Members members{*object, text, "info.kubernetes", errors};
    KubernetesJob job = read_kubernetes(members);
    if (errors.any()) {
        const Problems problems = std::move(errors).in_order();
        return fail(Errc::invalid,
                    fmt::format("{} {}", problems.front().field, problems.front().explanation));
    }
    if (!names_host(job)) return fail(Errc::invalid, "info.kubernetes.addr is no host");
    return job;
}

}  // namespace ecron::model
