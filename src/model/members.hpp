#pragma once
#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "ecron/model/json.hpp"
#include "model/words.hpp"

namespace ecron::model {

/// What is found wrong while reading, sorted into the order of checks that clients know.
class Findings {
public:
    /// A member of the wrong type: what the decoder of the old service stopped at, before every other check.
    void wrong_type(std::string field, std::string explanation);
    /// One of the checks in their order: name, times, mode, expression.
    void refuse(std::string_view cause, std::string field, std::string explanation);
    /// What is checked after the job was looked up: its type, and all that the old service did not check.
    void refuse_late(std::string_view cause, std::string field, std::string explanation);

    [[nodiscard]] bool any() const { return !types_.empty() || !early_.empty() || !late_.empty(); }
    [[nodiscard]] Problems in_order() &&;

private:
    Problems types_, early_, late_;
};

enum class Origin : std::uint8_t { client, store };

/// The members of one JSON object. Absent and null are alike; what does not read is noted and counts as
/// absent.
class Members {
public:
    /// `raw` is the text of `object`, `path` its place in the input ("" for the whole).
    Members(const boost::json::object& object, std::string_view raw, std::string path, Findings& findings)
        : object_(object),
          raw_(raw),
          path_(std::move(path)),
          findings_(findings) {}

    [[nodiscard]] const boost::json::object& all() const { return object_; }
    [[nodiscard]] std::string path_of(std::string_view name) const;
    [[nodiscard]] Findings& findings() { return findings_; }
    /// The value, or nullptr when absent or null.
    [[nodiscard]] const boost::json::value* find(std::string_view name) const;

    std::optional<std::string> text(std::string_view name);
    std::optional<std::string> text(std::string_view name, std::size_t limit);  // in characters
    std::optional<bool> boolean(std::string_view name);
    std::optional<std::int64_t> integer(std::string_view name, std::int64_t least, std::int64_t most);
    std::optional<double> number(std::string_view name, double least, double most);
    std::optional<Millis> duration(std::string_view name, Millis least, Millis most);
    std::optional<Members> object(std::string_view name);
    const boost::json::array* array(std::string_view name);
    /// An object whose values are texts; null values read as "".
    std::optional<NameValues> name_values(std::string_view name);
    /// The text of the whole object, and of a member, as it was sent.
    [[nodiscard]] std::string_view raw() const { return raw_; }
    [[nodiscard]] std::string_view raw(std::string_view name) const;
    /// The text of an object, compact, with every digit as it was sent.
    std::optional<std::string> object_text(std::string_view name);

    template <class E, std::size_t N>
    std::optional<E> choice(std::string_view name, const std::array<Word<E>, N>& words) {
        const std::optional<std::string> given = text(name);
        if (!given) return std::nullopt;
        const std::optional<E> value = value_of(*given, words);
        if (!value) refuse(name, fmt::format("\"{}\" is none of {}", shortened(*given), listed(words)));
        return value;
    }

    /// Notes that the member's value, though of the right type, will not do.
    void refuse(std::string_view name, std::string explanation);
    void wrong_type(std::string_view name, std::string_view expected, const boost::json::value& found);

    /// A value fit for a sentence: at most 40 characters.
    [[nodiscard]] static std::string shortened(std::string_view text);

private:
    template <class E, std::size_t N> static std::string listed(const std::array<Word<E>, N>& words) {
        std::string out;
        for (const Word<E>& word : words) out += fmt::format("{}{}", out.empty() ? "" : ", ", word.text);
        return out;
    }

    const boost::json::object& object_;
    std::string_view raw_;
    std::string path_;
    Findings& findings_;
};

[[nodiscard]] std::size_t characters(std::string_view utf8);
[[nodiscard]] std::string_view kind_of(const boost::json::value& value);

}  // namespace ecron::model
