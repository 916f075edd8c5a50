#include "ecron/base/log_line.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "ecron/base/json_writer.hpp"

namespace ecron::log {
namespace {

using Kind = LineField::Kind;

bool is_name_character(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; }

/// Returns the length of the name of a field that begins here, with the equals sign; 0: none begins here.
std::size_t field_begin(std::string_view text) {
    const auto end = std::ranges::find_if_not(text, is_name_character);
    const auto length = static_cast<std::size_t>(end - text.begin());
    return length > 0 && length < text.size() && *end == '=' ? length + 1 : 0;
}

/// Returns the position of the space before the next field, or the end of the text.
std::size_t next_field(std::string_view text) {
    int depth = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '{') ++depth;
        if (text[i] == '}') --depth;
        if (depth == 0 && text[i] == ' ' && field_begin(text.substr(i + 1)) > 0) return i;
    }
    return text.size();
}

/// Formats consecutive parts of one format string.
class Parts {
public:
    explicit Parts(fmt::format_args arguments) : arguments_(arguments) {}

    std::string format(std::string_view part) {
        std::string numbered;
        for (std::size_t i = 0; i < part.size(); ++i) {
            numbered += part[i];
            if (part[i] != '{') continue;
            if (i + 1 < part.size() && part[i + 1] == '{')
                numbered += part[++i];
            else
                numbered += std::to_string(next_++);
        }
        return fmt::vformat(numbered, arguments_);
    }

    /// Of the next argument, formatted without a specification.
    [[nodiscard]] Kind kind_of_next() const {
        return fmt::visit_format_arg(
            [](const auto& value) {
                using T = std::decay_t<decltype(value)>;
                if constexpr (std::is_floating_point_v<T>)
                    return std::isfinite(value) ? Kind::literal : Kind::text;
                else if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, char>)
                    return Kind::literal;
                else
                    return Kind::text;
            },
            arguments_.get(next_));
    }

private:
    fmt::format_args arguments_;
    int next_{0};
};

LineField read_field(std::string_view name, std::string_view value, Parts& parts) {
    if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"'))
        return {name, parts.format(value.substr(1, value.size() - 2)), Kind::quoted_text};
    const Kind kind = value == "{}" ? parts.kind_of_next() : Kind::text;
    return {name, parts.format(value), kind};
}

void append_escaped(std::string& out, std::string_view text) {
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
            out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        else
            out += c;
    }
}

void append_quoted(std::string& out, std::string_view text) {
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    append_escaped(out, quoted += '"');
}

}  // namespace

Line split_line(std::string_view text, fmt::format_args arguments) {
    Parts parts{arguments};
    Line line;
    const std::size_t end = next_field(text);
    line.phrase = parts.format(text.substr(0, end));
    line.has_colon = line.phrase.ends_with(':');
    if (line.has_colon) line.phrase.pop_back();
    for (text.remove_prefix(end); !text.empty();) {
        text.remove_prefix(1);
        const std::size_t begin = field_begin(text);
        const std::size_t length = next_field(text.substr(begin));
        line.fields.push_back(read_field(text.substr(0, begin - 1), text.substr(begin, length), parts));
        text.remove_prefix(begin + length);
    }
    return line;
}

std::string to_text(const Line& line) {
    std::string out;
    append_escaped(out, line.phrase);
    if (line.has_colon) out += ':';
    for (const LineField& field : line.fields) {
        out += fmt::format(" {}=", field.name);
        if (field.kind == Kind::quoted_text || field.value.find_first_of(" \"\\") != std::string::npos)
            append_quoted(out, field.value);
        else
            append_escaped(out, field.value);
    }
    return out;
}

std::string to_json_members(const Line& line) {
    std::string out = json_string(line.phrase);
    for (const LineField& field : line.fields) {
        out += fmt::format(",\"{}\":", field.name);
        if (field.kind == Kind::literal)
            out += field.value;
        else
            append_json_string(out, field.value);
    }
    return out;
}

}  // namespace ecron::log
