#pragma once
#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "ecron/model/json.hpp"
#include "model/enum_names.hpp"

namespace ecron::model {

/// Collects validation errors and sorts them into the order of checks that clients expect.
class ValidationErrors {
public:
    /// Reports a member of the wrong type: the previous service's decoder reported these before all other
    /// errors.
    void wrong_type(std::string field, std::string explanation);
    /// Reports an error of the ordered checks: name, times, mode, expression.
    void refuse(std::string_view cause, std::string field, std::string explanation,
                std::optional<std::size_t> position = {});
    /// Reports an error of a check after the lookup of the job: its type, and everything that the previous
    /// service did not check.
    void refuse_late(std::string_view cause, std::string field, std::string explanation);

    [[nodiscard]] bool any() const { return !types_.empty() || !early_.empty() || !late_.empty(); }
    [[nodiscard]] Problems in_order() &&;

private:
    Problems types_, early_, late_;
};

enum class Origin : std::uint8_t { client, store };

/// The members of a JSON object. Absent and null are equivalent; an invalid member is reported and counts as
/// absent.
class Members {
public:
    /// `raw` is the text of `object`, `path` its position in the input ("" for the root).
    Members(const boost::json::object& object, std::string_view raw, std::string path,
            ValidationErrors& errors)
        : object_(object),
          raw_(raw),
          path_(std::move(path)),
          errors_(errors) {}

    [[nodiscard]] const boost::json::object& all() const { return object_; }
    [[nodiscard]] std::string path_of(std::string_view name) const;
    [[nodiscard]] ValidationErrors& errors() { return errors_; }
    /// Returns the value, or nullptr if it is absent or null.
    [[nodiscard]] const boost::json::value* find(std::string_view name) const;

    std::optional<std::string> text(std::string_view name);
    std::optional<std::string> text(std::string_view name, std::size_t limit);  // in characters
    std::optional<bool> boolean(std::string_view name);
    std::optional<std::int64_t> integer(std::string_view name, std::int64_t least, std::int64_t most);
    std::optional<double> number(std::string_view name, double least, double most);
    std::optional<Millis> duration(std::string_view name, Millis least, Millis most);
    std::optional<Members> object(std::string_view name);
    const boost::json::array* array(std::string_view name);
    /// Reads an object with text values; null values read as "".
    std::optional<NameValues> name_values(std::string_view name);
    /// Return the received text of the whole object or of a member.
    [[nodiscard]] std::string_view raw() const { return raw_; }
    [[nodiscard]] std::string_view raw(std::string_view name) const;
    /// Returns the compact text of an object with all digits as received.
    std::optional<std::string> object_text(std::string_view name);

    template <class E, std::size_t N>
    std::optional<E> choice(std::string_view name, const std::array<EnumName<E>, N>& names) {
        const std::optional<std::string> given = text(name);
        if (!given) return std::nullopt;
        const std::optional<E> value = value_of(*given, names);
        if (!value) refuse(name, fmt::format("\"{}\" is none of {}", shortened(*given), listed(names)));
        return value;
    }

    /// Reports an invalid value of the correct type.
    void refuse(std::string_view name, std::string explanation);
    void wrong_type(std::string_view name, std::string_view expected, const boost::json::value& found);

    /// Shortens a value to 40 characters for an error message.
    [[nodiscard]] static std::string shortened(std::string_view text);

private:
    template <class E, std::size_t N> static std::string listed(const std::array<EnumName<E>, N>& names) {
        std::string out;
        for (const EnumName<E>& name : names) out += fmt::format("{}{}", out.empty() ? "" : ", ", name.text);
        return out;
    }

    const boost::json::object& object_;
    std::string_view raw_;
    std::string path_;
    ValidationErrors& errors_;
};

[[nodiscard]] std::size_t characters(std::string_view utf8);
[[nodiscard]] std::string_view kind_of(const boost::json::value& value);

}  // namespace ecron::model
