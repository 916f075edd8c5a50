#include "config/yaml_file.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

#include "ecron/yaml/rest.hpp"

namespace ecron::config {
namespace {

constexpr std::size_t kLargestFile = 1UL << 20U;  // limit for a mistaken path; no configuration is larger

std::expected<std::string, Problem> read_whole(const std::string& path) {
    errno = 0;
    std::ifstream file{path, std::ios::binary};
    std::string text(kLargestFile + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (!file.eof() && text.size() <= kLargestFile)
        return std::unexpected(
            Problem{path, "", fmt::format("cannot be read: {}", std::generic_category().message(errno))});
    if (text.size() > kLargestFile) return std::unexpected(Problem{path, "", "is larger than 1 MiB"});
    return text;
}

std::size_t line_of(const YAML::Mark& mark) {
    return mark.is_null() ? 0 : static_cast<std::size_t>(mark.line) + 1;
}

/// Strips the final newline of block scalars, as in secrets mounted by Kubernetes.
std::string scalar_text(const YAML::Node& node) {
    std::string text = node.Scalar();
    if (text.ends_with('\n')) text.pop_back();
    return text;
}

std::string key_text(const YAML::Node& key) { return key.IsScalar() ? key.Scalar() : "?"; }

Entry entry_of(std::string key, const YAML::Node& value, std::size_t line) {
    Entry entry{std::move(key), "", Shape::value, line, false};
    if (value.IsNull()) {
        entry.shape = Shape::nothing;
    } else if (value.IsScalar()) {
        entry.text = scalar_text(value);
    } else if (value.IsSequence()) {
        for (const YAML::Node& item : value) {
            if (!item.IsScalar()) entry.shape = Shape::nested;
            entry.text += (entry.text.empty() ? "" : ",") + (item.IsScalar() ? scalar_text(item) : "");
        }
    } else {
        entry.shape = Shape::nested;
    }
    return entry;
}

void flatten(const YAML::Node& map, std::vector<Entry>& entries) {
    for (const auto& pair : map) {
        const std::string key = key_text(pair.first);
        entries.push_back(entry_of(key, pair.second, line_of(pair.first.Mark())));
        if (!pair.second.IsMap()) continue;
        for (const auto& inner : pair.second) {
            entries.push_back(
                entry_of(key + '.' + key_text(inner.first), inner.second, line_of(inner.first.Mark())));
            entries.back().inner = true;
        }
    }
}

}  // namespace

std::expected<std::vector<Entry>, Problem> read_yaml_file(const std::string& path) {
    const std::expected<std::string, Problem> text = read_whole(path);
    if (!text) return std::unexpected(text.error());
    try {
        if (yaml::has_rest(*text))
            return std::unexpected(
                Problem{path, "", "contains more than one YAML document, or a comma outside a list"});
        const YAML::Node document = YAML::Load(*text);
        std::vector<Entry> entries;
        if (document.IsNull()) return entries;
        if (!document.IsMap()) return std::unexpected(Problem{path, "", "is not a YAML map (key: value)"});
        flatten(document, entries);
        return entries;
    } catch (const YAML::Exception& error) {
        return std::unexpected(
            Problem{fmt::format("{}:{}", path, line_of(error.mark)), "", "is not valid YAML: " + error.msg});
    }
}

}  // namespace ecron::config
