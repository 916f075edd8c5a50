#include "client/text/yaml_reader.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <set>
#include <system_error>

#include "ecron/base/near_miss.hpp"
#include "ecron/yaml/rest.hpp"

namespace ecron::client {
namespace {

namespace json = boost::json;
using model::Field;
using model::FieldType;

constexpr std::size_t kErrorLimit = 20;

/// A part of a file between document markers. A line that begins with "---" is a marker even inside a block
/// scalar.
struct Piece {
    std::string text;
    std::size_t first_line;  // counted from 0
};

bool is_marker(std::string_view line, std::string_view marker) {
    return line.starts_with(marker) &&
           (line.size() == 3 || line[3] == ' ' || line[3] == '\t' || line[3] == '\r');
}

std::vector<Piece> split_documents(std::string_view text) {
    std::vector<Piece> pieces{{"", 0}};
    std::size_t number = 0;
    while (!text.empty()) {
        const std::size_t size = std::min(text.find('\n'), text.size() - 1) + 1;
        const std::string_view line = text.substr(0, size - (text[size - 1] == '\n' ? 1 : 0));
        if (is_marker(line, "---")) {
            pieces.push_back({std::string{line.substr(3)} + '\n', number});
        } else if (is_marker(line, "...")) {
            pieces.push_back({"", number + 1});
        } else {
            pieces.back().text += text.substr(0, size);
        }
        text.remove_prefix(size);
        ++number;
    }
    return pieces;
}

/// A plain scalar by the core schema of YAML 1.2.
json::value plain_value(const std::string& text) {
    if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return nullptr;
    if (text == "true" || text == "True" || text == "TRUE") return true;
    if (text == "false" || text == "False" || text == "FALSE") return false;
    const char* const begin = text.data() + (text[0] == '+' ? 1 : 0);
    const char* const end = text.data() + text.size();
    std::int64_t whole = 0;
    if (const auto read = std::from_chars(begin, end, whole); read.ec == std::errc{} && read.ptr == end)
        return whole;
    double number = 0;
    const bool numeric = text.find_first_not_of("+-.0123456789eE") == text.npos;
    if (const auto read = std::from_chars(begin, end, number);
        numeric && read.ec == std::errc{} && read.ptr == end && std::isfinite(number))
        return number;
    return json::string{text};
}

bool reads_as_text(const Field* field) {
    if (field == nullptr) return false;
    if (field->name == "labels") return true;  // an object in the table, but its values are texts
    switch (field->type) {
        case FieldType::text:
        case FieldType::duration:
        case FieldType::time:
        case FieldType::choice:
        case FieldType::text_map:
            return true;
        default:
            return false;
    }
}

class Converter {
public:
    Converter(std::string file, std::size_t first_line) : file_(std::move(file)), first_line_(first_line) {}

    json::value convert(const YAML::Node& node, const Field* field, const std::string& path) {
        if (node.IsMap()) return map(node, field, path);
        if (node.IsSequence()) {
            json::array list;
            for (const YAML::Node& item : node) list.push_back(convert(item, nullptr, path));
            return list;
        }
        if (!node.IsScalar()) return nullptr;
        if (node.Tag() == "!" || node.Tag() == "tag:yaml.org,2002:str") return json::string{node.Scalar()};
        json::value value = plain_value(node.Scalar());
        if (reads_as_text(field) && !value.is_null()) return json::string{node.Scalar()};
        return value;
    }

    json::value job(const YAML::Node& node) {
        if (node.IsMap()) return members(node, model::job_fields(), "");
        report(node, "", "is not a definition of a job, which is a map");
        return nullptr;
    }

    [[nodiscard]] std::size_t line_of(const YAML::Node& node) const {
        return first_line_ + static_cast<std::size_t>(std::max(node.Mark().line, 0)) + 1;
    }
    [[nodiscard]] const std::vector<std::string>& errors() const { return errors_; }

private:
    json::value map(const YAML::Node& node, const Field* field, const std::string& path) {
        const bool is_known = field != nullptr && field->type == FieldType::object;
        if (is_known || (field != nullptr && !field->members.empty()))
            return members(node, field->members, path);
        json::object object;
        const bool texts =
            field != nullptr && (field->type == FieldType::text_map || field->name == "labels");
        for (const auto& entry : node) {
            const std::string name = key(entry.first, object, path);
            object[name] = convert(entry.second, texts ? field : nullptr, path + '.' + name);
        }
        return object;
    }

    json::value members(const YAML::Node& node, std::span<const Field> known, const std::string& path) {
        json::object object;
        for (const auto& entry : node) {
            const std::string name = key(entry.first, object, path);
            const std::string inner = path.empty() ? name : path + '.' + name;
            const auto field = std::ranges::find(known, name, &Field::name);
            if (field == known.end())
                report_unknown(entry.first, known, inner, name);
            else
                object[name] = convert(entry.second, &*field, inner);
        }
        return object;
    }

    std::string key(const YAML::Node& node, const json::object& object, const std::string& path) {
        if (!node.IsScalar()) {
            report(node, path, "a name must be a text");
            return "?";
        }
        if (object.contains(node.Scalar()))
            report(node, path.empty() ? node.Scalar() : path + '.' + node.Scalar(), "is repeated");
        return node.Scalar();
    }

    void report_unknown(const YAML::Node& node, std::span<const Field> known, const std::string& path,
                        const std::string& name) {
        std::vector<std::string_view> names;
        for (const Field& field : known) names.push_back(field.name);
        std::string meant = model::member_path(name);
        if (meant.empty()) meant = near_miss(name, names);
        report(node, path,
               meant.empty() ? "unknown member" : fmt::format("unknown member, did you mean {}?", meant));
    }

    void report(const YAML::Node& node, std::string_view path, std::string_view reason) {
        errors_.push_back(
            fmt::format("{}:{}: {}{}{}", file_, line_of(node), path, path.empty() ? "" : ": ", reason));
    }

    std::string file_;
    std::size_t first_line_;
    std::vector<std::string> errors_;
};

void add_piece(const std::string& file, const Piece& piece, Content content, std::vector<Document>& documents,
               std::vector<std::string>& errors) {
    if (yaml::has_rest(piece.text)) {
        errors.push_back(
            fmt::format("{}:{}: is not valid YAML: a comma outside a list", file, piece.first_line + 1));
        return;
    }
    const YAML::Node root = YAML::Load(piece.text);
    if (!root.IsDefined() || root.IsNull()) return;
    Converter converter{file, piece.first_line};
    const auto add = [&](const YAML::Node& node) {
        json::value value =
            content == Content::jobs ? converter.job(node) : converter.convert(node, nullptr, "");
        documents.push_back({std::move(value), file, converter.line_of(node)});
    };
    if (root.IsSequence())
        for (const YAML::Node& item : root) add(item);
    else
        add(root);
    errors.insert(errors.end(), converter.errors().begin(), converter.errors().end());
}

}  // namespace

Outcome<std::vector<Document>> read_documents(const std::string& file, std::string_view text,
                                              Content content) {
    std::vector<Document> documents;
    std::vector<std::string> errors;
    for (const Piece& piece : split_documents(text)) {
        try {
            add_piece(file, piece, content, documents, errors);
        } catch (const YAML::Exception& error) {
            const auto line = static_cast<std::size_t>(std::max(error.mark.line, 0)) + piece.first_line + 1;
            errors.push_back(fmt::format("{}:{}: is not valid YAML: {}", file, line, error.msg));
        }
        if (errors.size() >= kErrorLimit) break;
    }
    if (!errors.empty()) return std::unexpected(Failure{ExitCode::usage, std::move(errors)});
    return documents;
}

Outcome<std::string> read_file(const std::string& path) {
    if (path == "-") return std::string{std::istreambuf_iterator<char>{std::cin}, {}};
    errno = 0;
    std::ifstream file{path, std::ios::binary};
    std::string text{std::istreambuf_iterator<char>{file}, {}};
    if (!file || file.bad())
        return failed(ExitCode::usage,
                      fmt::format("{}: cannot be read: {}", path,
                                  std::generic_category().message(errno == 0 ? EIO : errno)));
    return text;
}

}  // namespace ecron::client
