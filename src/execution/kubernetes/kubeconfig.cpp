#include "execution/kubernetes/kubeconfig.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include "ecron/base/base64.hpp"

namespace ecron::execution {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> read_file(const fs::path& path) {
    const std::ifstream file{path, std::ios::binary};
    if (!file) return std::nullopt;
    std::ostringstream text;
    text << file.rdbuf();
    return file.bad() ? std::nullopt : std::optional{std::move(text).str()};
}

std::string trimmed(std::string text) {
    const std::size_t end = text.find_last_not_of(" \t\r\n");
    text.resize(end == std::string::npos ? 0 : end + 1);
    return text;
}

/// Lines may be broken anywhere.
std::optional<std::string> from_broken_base64(std::string text) {
    std::erase_if(text, [](char c) { return c == '\n' || c == '\r' || c == ' '; });
    return from_base64(text);
}

/// A kubeconfig file being parsed. Exceptions of yaml-cpp are caught by read_kubeconfig.
class Kubeconfig {
public:
    Kubeconfig(const YAML::Node& root, fs::path folder) : root_(root), folder_(std::move(folder)) {}

    Result<ClusterAccess> access(std::string context_name) {
        if (context_name.empty()) context_name = text(root_, "current-context");
        if (context_name.empty()) return fail(Errc::invalid, "current-context is not set");
        const YAML::Node context = named("contexts", context_name, "context");
        if (!context) return fail(Errc::invalid, fmt::format("context {} not found", context_name));
        ClusterAccess access{.name_space = text(context, "namespace")};
        const std::string cluster_name = text(context, "cluster");
        const YAML::Node cluster = named("clusters", cluster_name, "cluster");
        if (!cluster) return fail(Errc::invalid, fmt::format("cluster {} not found", cluster_name));
        if (auto read = read_cluster(cluster, access); !read) return std::unexpected(read.error());
        const std::string user_name = text(context, "user");
        if (user_name.empty()) return access;
        const YAML::Node user = named("users", user_name, "user");
        if (!user) return fail(Errc::invalid, fmt::format("user {} not found", user_name));
        if (auto read = read_user(user, access); !read) return std::unexpected(read.error());
        return access;
    }

private:
    static std::string text(const YAML::Node& node, const char* name) {
        const YAML::Node value = node[name];
        return value && value.IsScalar() ? value.Scalar() : std::string{};
    }

    [[nodiscard]] YAML::Node named(const char* list, const std::string& name, const char* what) const {
        for (const YAML::Node& entry : root_[list])
            if (text(entry, "name") == name) return entry[what];
        return YAML::Node{YAML::NodeType::Undefined};
    }

    static Result<void> refuse(const YAML::Node& node, std::initializer_list<const char*> names) {
        for (const char* const name : names)
            if (node[name]) return fail(Errc::invalid, fmt::format("{} is not supported", name));
        return {};
    }

    Result<void> read_cluster(const YAML::Node& cluster, ClusterAccess& access) {
        if (auto fine = refuse(cluster, {"proxy-url", "tls-server-name"}); !fine) return fine;
        if (text(cluster, "insecure-skip-tls-verify") == "true")
            return fail(Errc::invalid, "insecure-skip-tls-verify: certificates are always verified");
        access.server = text(cluster, "server");
        if (!access.server.starts_with("https://") && !access.server.starts_with("http://"))
            return fail(Errc::invalid, "server is not an http or https URL");
        while (access.server.ends_with('/')) access.server.pop_back();
        return data(cluster, "certificate-authority", access.authority);
    }

    Result<void> read_user(const YAML::Node& user, ClusterAccess& access) {
        if (auto fine = refuse(user, {"exec", "auth-provider", "username", "password", "as", "as-groups"});
            !fine)
            return fine;
        access.token = SecretText{text(user, "token")};
        if (const std::string file = text(user, "tokenFile"); !file.empty())
            access.token_file = folder_ / file;
        std::string certificate, key;
        if (auto read = data(user, "client-certificate", certificate); !read) return read;
        if (auto read = data(user, "client-key", key); !read) return read;
        if (certificate.empty() != key.empty())
            return fail(Errc::invalid, "client-certificate and client-key must both be set");
        if (!key.empty())
            access.identity = http::ClientIdentity{std::move(certificate), SecretText{std::move(key)}};
        return {};
    }

    /// The value of NAME-data (inline, base64), or of the file whose path is NAME.
    Result<void> data(const YAML::Node& node, const std::string& name, std::string& into) {
        const std::string inline_data = text(node, (name + "-data").c_str());
        if (!inline_data.empty()) {
            std::optional<std::string> decoded = from_broken_base64(inline_data);
            if (!decoded) return fail(Errc::invalid, name + "-data is not base64");
            into = std::move(*decoded);
            return {};
        }
        const std::string file = text(node, name.c_str());
        if (file.empty()) return {};
        std::optional<std::string> read = read_file(folder_ / file);
        if (!read) return fail(Errc::invalid, fmt::format("{}: {} cannot be read", name, file));
        into = std::move(*read);
        return {};
    }

    YAML::Node root_;
    fs::path folder_;
};

}  // namespace

Result<ClusterAccess> read_kubeconfig(const std::string& file, const std::string& context) try {
    const std::optional<std::string> text = read_file(file);
    if (!text) return fail(Errc::not_found, fmt::format("{} cannot be read", file));
    const YAML::Node root = YAML::Load(*text);
    if (!root.IsMap()) return fail(Errc::invalid, fmt::format("{}: not a kubeconfig", file));
    Result<ClusterAccess> access = Kubeconfig{root, fs::path{file}.parent_path()}.access(context);
    if (!access) return fail(Errc::invalid, fmt::format("{}: {}", file, access.error().what));
    return access;
} catch (const YAML::Exception& broken) {
    return fail(Errc::invalid, fmt::format("{}: line {}: {}", file, broken.mark.line + 1, broken.msg));
}

Result<ClusterAccess> in_cluster(const std::string& folder,
                                 const std::map<std::string, std::string>& environment) {
    const auto host = environment.find("KUBERNETES_SERVICE_HOST");
    const auto port = environment.find("KUBERNETES_SERVICE_PORT");
    if (host == environment.end() || port == environment.end() || host->second.empty())
        return fail(Errc::invalid, "kubernetes_config is not set, and ecron does not run in a pod");
    const bool is_bare_ipv6 = host->second.contains(':') && !host->second.starts_with('[');
    ClusterAccess access{.server = fmt::format("https://{}{}{}:{}", is_bare_ipv6 ? "[" : "", host->second,
                                               is_bare_ipv6 ? "]" : "", port->second),
                         .token_file = folder + "/token"};
    const std::optional<std::string> authority = read_file(folder + "/ca.crt");
    if (!authority || !read_file(access.token_file))
        return fail(Errc::invalid, fmt::format("{} has no readable token or ca.crt", folder));
    access.authority = *authority;
    access.name_space = trimmed(read_file(folder + "/namespace").value_or(""));
    return access;
}

ServiceAccount service_account_of(const ClusterAccess& access) {
    const std::string token =
        access.token_file.empty() ? access.token.reveal() : read_file(access.token_file).value_or("");
    const std::size_t first = token.find('.');
    const std::size_t second = first == token.npos ? first : token.find('.', first + 1);
    if (second == token.npos) return {};
    const std::optional<std::string> text = from_base64url(token.substr(first + 1, second - first - 1));
    if (!text) return {};
    boost::system::error_code broken;
    const boost::json::value root = boost::json::parse(*text, broken);
    const boost::json::object* const object = broken ? nullptr : root.if_object();
    const boost::json::value* const subject = object == nullptr ? nullptr : object->if_contains("sub");
    if (subject == nullptr || !subject->is_string()) return {};
    constexpr std::string_view kPrefix = "system:serviceaccount:";
    std::string_view name{subject->get_string()};
    if (!name.starts_with(kPrefix)) return {};
    name.remove_prefix(kPrefix.size());
    const std::size_t colon = name.find(':');
    if (colon == name.npos) return {};
    return {std::string{name.substr(0, colon)}, std::string{name.substr(colon + 1)}};
}

}  // namespace ecron::execution
