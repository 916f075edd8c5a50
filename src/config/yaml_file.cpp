#include "config/yaml_file.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>

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

/// Discards all events of a document.
class Passing final : public YAML::EventHandler {
public:
    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
    void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
    void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
    void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                         YAML::EmitterStyle::value) override {}
    void OnSequenceEnd() override {}
    void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                    YAML::EmitterStyle::value) override {}
    void OnMapEnd() override {}
};

/// Whether anything follows the first document. YAML::LoadAll would detect it too, but creates documents
/// without end from a comma outside a list (yaml-cpp 0.7).
bool holds_more(const std::string& text) {
    std::istringstream stream{text};
    YAML::Parser parser{stream};
    Passing passing;
    return parser.HandleNextDocument(passing) && parser.HandleNextDocument(passing);
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
        if (holds_more(*text))
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
