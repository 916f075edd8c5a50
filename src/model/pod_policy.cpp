#include "ecron/model/pod_policy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <optional>
#include <string_view>

namespace ecron::model {
namespace {

namespace json = boost::json;

/// A member and its path. Absent and null are alike.
struct Field {
    const json::value* value{nullptr};
    std::string path{};

    [[nodiscard]] bool is_given() const { return value != nullptr && !value->is_null(); }
    [[nodiscard]] bool is(bool expected) const {
        return is_given() && value->is_bool() && value->get_bool() == expected;
    }
    /// The member of that name; absent in what is no object.
    [[nodiscard]] Field operator[](std::string_view name) const {
        const json::object* const object = is_given() ? value->if_object() : nullptr;
        return {object == nullptr ? nullptr : object->if_contains(name),
                path.empty() ? std::string{name} : fmt::format("{}.{}", path, name)};
    }
    [[nodiscard]] std::vector<Field> elements() const {
        std::vector<Field> fields;
        const json::array* const array = is_given() ? value->if_array() : nullptr;
        for (std::size_t i = 0; array != nullptr && i < array->size(); ++i)
            fields.push_back({&(*array)[i], fmt::format("{}[{}]", path, i)});
        return fields;
    }
    [[nodiscard]] std::optional<std::string_view> text() const {
        const json::string* const text = is_given() ? value->if_string() : nullptr;
        return text == nullptr ? std::nullopt : std::optional{std::string_view{*text}};
    }
};

template <std::size_t N> using Names = std::array<std::string_view, N>;

template <std::size_t N> bool contains(const Names<N>& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}
template <std::size_t N> bool is_one_of(const Field& field, const Names<N>& names) {
    const auto text = field.text();
    return text && contains(names, *text);
}

constexpr Names<13> kBaselineCapabilities{"AUDIT_WRITE", "CHOWN",  "DAC_OVERRIDE",     "FOWNER",  "FSETID",
                                          "KILL",        "MKNOD",  "NET_BIND_SERVICE", "SETFCAP", "SETGID",
                                          "SETPCAP",     "SETUID", "SYS_CHROOT"};
constexpr Names<12> kSysctls{"kernel.shm_rmid_forced",
                             "net.ipv4.ip_local_port_range",
                             "net.ipv4.ip_unprivileged_port_start",
                             "net.ipv4.tcp_syncookies",
                             "net.ipv4.ping_group_range",
                             "net.ipv4.ip_local_reserved_ports",
                             "net.ipv4.tcp_keepalive_time",
                             "net.ipv4.tcp_fin_timeout",
                             "net.ipv4.tcp_keepalive_intvl",
                             "net.ipv4.tcp_keepalive_probes",
                             "net.ipv4.tcp_rmem",
                             "net.ipv4.tcp_wmem"};
constexpr Names<5> kSelinuxTypes{"", "container_t", "container_init_t", "container_kvm_t",
                                 "container_engine_t"};
constexpr Names<2> kProfiles{"RuntimeDefault", "Localhost"};
constexpr Names<9> kVolumes{"configMap", "csi",   "downwardAPI",           "emptyDir",
                            "ephemeral", "image", "persistentVolumeClaim", "projected",
                            "secret"};

class Inspection {
public:
    explicit Inspection(const json::object& pod_template)
        : template_(pod_template),
          whole_{&template_},
          spec_(whole_["spec"]),
          security_(spec_["securityContext"]) {
        for (const char* const kind : {"initContainers", "containers", "ephemeralContainers"}) {
            const Field list = spec_[kind];
            if (list.is_given() && !list.value->is_array()) refuse(list, "must be a list");
            for (Field& container : list.elements()) containers_.push_back(std::move(container));
        }
    }

    void baseline();
    void restricted();
    std::vector<PodFault> faults() && { return std::move(faults_); }

private:
    void refuse(const Field& field, std::string reason) {
        faults_.push_back({field.path, std::move(reason)});
    }
    void refuse_unless(bool good, const Field& field, std::string_view reason) {
        if (!good) refuse(field, std::string{reason});
    }
    /// The securityContext of the pod, then of each container.
    template <class Check> void each_context(const Check& check) {
        check(security_);
        for (const Field& container : containers_) check(container["securityContext"]);
    }

    void host_namespaces();
    void host_ports();
    void handler_hosts();
    void host_handlers(const Field& handler);
    void privileged();
    void baseline_capabilities();
    void host_paths();
    void apparmor();
    void apparmor_annotations();
    void selinux();
    void proc_mounts();
    void baseline_seccomp();
    void sysctls();
    void windows_hosts();

    void volume_types();
    void escalation();
    void non_root();
    void users();
    void restricted_seccomp();
    void restricted_capabilities();

    const json::value template_;
    const Field whole_, spec_, security_;
    std::vector<Field> containers_;
    std::vector<PodFault> faults_;
};

void Inspection::host_namespaces() {
    for (const char* const name : {"hostNetwork", "hostPID", "hostIPC"}) {
        const Field field = spec_[name];
        refuse_unless(!field.is_given() || field.is(false), field,
                      "must be false: pods share no namespace of their host");
    }
}

void Inspection::host_ports() {
    for (const Field& container : containers_)
        for (const Field& port : container["ports"].elements()) {
            const Field host_port = port["hostPort"];
            refuse_unless(!host_port.is_given() || *host_port.value == 0, host_port,
                          "must be absent: pods take no ports of their host");
        }
}

void Inspection::host_handlers(const Field& handler) {
    for (const char* const action : {"httpGet", "tcpSocket"}) {
        const Field host = handler[action]["host"];
        refuse_unless(!host.is_given() || host.text() == "", host,
                      "must be absent: the node would connect to any host");
    }
}

void Inspection::handler_hosts() {
    for (const Field& container : containers_) {
        for (const char* const probe : {"livenessProbe", "readinessProbe", "startupProbe"})
            host_handlers(container[probe]);
        for (const char* const hook : {"postStart", "preStop"}) host_handlers(container["lifecycle"][hook]);
    }
}

void Inspection::privileged() {
    for (const Field& container : containers_) {
        const Field field = container["securityContext"]["privileged"];
        refuse_unless(!field.is_given() || field.is(false), field, "must be false");
    }
}

void Inspection::baseline_capabilities() {
    for (const Field& container : containers_) {
        const Field added = container["securityContext"]["capabilities"]["add"];
        for (const Field& capability : added.elements())
            refuse_unless(is_one_of(capability, kBaselineCapabilities), capability,
                          "is not among the capabilities that a container has by default");
        refuse_unless(!added.is_given() || added.value->is_array(), added, "must be a list");
    }
}

void Inspection::host_paths() {
    for (const Field& volume : spec_["volumes"].elements())
        refuse_unless(!volume["hostPath"].is_given(), volume["hostPath"],
                      "must be absent: pods see no files of their host");
}

void Inspection::apparmor() {
    each_context([this](const Field& context) {
        const Field profile = context["appArmorProfile"];
        refuse_unless(!profile.is_given() || is_one_of(profile["type"], kProfiles), profile["type"],
                      "must be RuntimeDefault or Localhost");
    });
    apparmor_annotations();
}

/// As clusters before 1.30 have it, and seccomp's before 1.27.
void Inspection::apparmor_annotations() {
    const Field annotations = whole_["metadata"]["annotations"];
    const json::object* const all = annotations.is_given() ? annotations.value->if_object() : nullptr;
    if (all == nullptr) return;
    for (const json::key_value_pair& annotation : *all) {
        const std::string_view name = annotation.key();
        const Field field{&annotation.value(), fmt::format("{}[{:?}]", annotations.path, name)};
        const std::string_view value = field.text().value_or("");
        if (name.starts_with("container.apparmor.security.beta.kubernetes.io/"))
            refuse_unless(value.empty() || value == "runtime/default" || value.starts_with("localhost/"),
                          field, "must be runtime/default or localhost/…");
        if (name == "seccomp.security.alpha.kubernetes.io/pod" ||
            name.starts_with("container.seccomp.security.alpha.kubernetes.io/"))
            refuse_unless(value != "unconfined", field, "must not be unconfined");
    }
}

void Inspection::selinux() {
    each_context([this](const Field& context) {
        const Field options = context["seLinuxOptions"];
        const Field type = options["type"];
        refuse_unless(!type.is_given() || is_one_of(type, kSelinuxTypes), type,
                      "must be absent, container_t, container_init_t, container_kvm_t or container_engine_t");
        for (const char* const name : {"user", "role"})
            refuse_unless(!options[name].is_given() || options[name].text() == "", options[name],
                          "must be absent");
    });
}

void Inspection::proc_mounts() {
    for (const Field& container : containers_) {
        const Field mount = container["securityContext"]["procMount"];
        refuse_unless(!mount.is_given() || mount.text() == "Default", mount, "must be Default");
    }
}

void Inspection::baseline_seccomp() {
    each_context([this](const Field& context) {
        const Field profile = context["seccompProfile"];
        refuse_unless(!profile.is_given() || is_one_of(profile["type"], kProfiles), profile["type"],
                      "must be RuntimeDefault or Localhost");
    });
}

void Inspection::sysctls() {
    for (const Field& sysctl : security_["sysctls"].elements())
        refuse_unless(is_one_of(sysctl["name"], kSysctls), sysctl["name"],
                      "is not among the sysctls that are namespaced and safe");
}

void Inspection::windows_hosts() {
    each_context([this](const Field& context) {
        const Field field = context["windowsOptions"]["hostProcess"];
        refuse_unless(!field.is_given() || field.is(false), field, "must be false");
    });
}

void Inspection::baseline() {
    host_namespaces();
    privileged();
    baseline_capabilities();
    host_paths();
    host_ports();
    handler_hosts();
    apparmor();
    selinux();
    proc_mounts();
    baseline_seccomp();
    sysctls();
    windows_hosts();
}

void Inspection::volume_types() {
    const Field volumes = spec_["volumes"];
    refuse_unless(!volumes.is_given() || volumes.value->is_array(), volumes, "must be a list");
    for (const Field& volume : volumes.elements()) {
        const json::object* const members = volume.value->if_object();
        if (members == nullptr) {
            refuse(volume, "must be an object");
            continue;
        }
        for (const json::key_value_pair& member : *members) {
            const std::string_view name = member.key();
            if (name == "name" || name == "hostPath" || member.value().is_null()) continue;
            refuse_unless(contains(kVolumes, name), volume[name],
                          "is not among the types of volumes that are allowed: configMap, csi, downwardAPI, "
                          "emptyDir, ephemeral, image, persistentVolumeClaim, projected, secret");
        }
    }
}

void Inspection::escalation() {
    for (const Field& container : containers_) {
        const Field field = container["securityContext"]["allowPrivilegeEscalation"];
        refuse_unless(field.is(false), field, "must be false");
    }
}

void Inspection::non_root() {
    const Field of_pod = security_["runAsNonRoot"];
    refuse_unless(!of_pod.is_given() || of_pod.is(true), of_pod, "must be true");
    for (const Field& container : containers_) {
        const Field field = container["securityContext"]["runAsNonRoot"];
        const bool is_good = field.is_given() ? field.is(true) : of_pod.is_given();
        refuse_unless(is_good, field, "must be true, here or in spec.securityContext");
    }
}

void Inspection::users() {
    each_context([this](const Field& context) {
        const Field user = context["runAsUser"];
        const bool is_number = user.is_given() && (user.value->is_int64() || user.value->is_uint64());
        refuse_unless(!user.is_given() || (is_number && *user.value != 0), user,
                      "must be a number other than 0, or absent");
    });
}

void Inspection::restricted_seccomp() {
    if (security_["seccompProfile"].is_given()) return;  // its type is baseline's to check
    for (const Field& container : containers_) {
        const Field profile = container["securityContext"]["seccompProfile"];
        refuse_unless(profile.is_given(), profile["type"],
                      "must be RuntimeDefault or Localhost, here or in spec.securityContext");
    }
}

void Inspection::restricted_capabilities() {
    for (const Field& container : containers_) {
        const Field capabilities = container["securityContext"]["capabilities"];
        const std::vector<Field> dropped = capabilities["drop"].elements();
        refuse_unless(std::ranges::any_of(dropped, [](const Field& one) { return one.text() == "ALL"; }),
                      capabilities["drop"], "must hold ALL");
        for (const Field& capability : capabilities["add"].elements())
            refuse_unless(capability.text() == "NET_BIND_SERVICE", capability, "must be NET_BIND_SERVICE");
    }
}

void Inspection::restricted() {
    volume_types();
    non_root();
    users();
    // The API server lets pods of Windows have none of these.
    if (spec_["os"]["name"].text() == "windows") return;
    escalation();
    restricted_seccomp();
    restricted_capabilities();
}

}  // namespace

std::vector<PodFault> pod_faults(const json::object& pod_template, PodPolicy policy) {
    if (policy == PodPolicy::privileged) return {};
    Inspection inspection{pod_template};
    inspection.baseline();
    if (policy == PodPolicy::restricted) inspection.restricted();
    return std::move(inspection).faults();
}

}  // namespace ecron::model
