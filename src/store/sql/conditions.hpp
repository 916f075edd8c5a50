#pragma once
#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/sql/session.hpp"

namespace ecron::store {

/// Conditions of a query with their parameters, in order.
class Conditions {
public:
    /// Adds " and " and the text, in which each {} is the next value.
    template <class... Values> void add(std::string_view text, const Values&... values) {
        const std::size_t first = values_.size();
        (values_.push_back(value_of(values)), ...);
        sql_ += " and ";
        std::size_t next = first;
        for (std::size_t at = text.find("{}"); at != text.npos; at = text.find("{}")) {
            sql_.append(text.substr(0, at)).append(fmt::format(":p{}", next++));
            text.remove_prefix(at + 2);
        }
        sql_ += text;
    }
    /// Compares byte by byte, as Dialect::exactly.
    void add_exactly(const Dialect& dialect, std::string_view column, std::string_view value) {
        std::string text = dialect.exactly(column);
        for (const std::string_view suffix : {"_bytes", ""}) {
            const std::string name = fmt::format(":{}{}", column, suffix);
            text.replace(text.find(name), name.size(), "{}");
        }
        add(text, value, value);
    }

    [[nodiscard]] const std::string& sql() const { return sql_; }
    [[nodiscard]] std::string types() const {
        std::string types;
        for (const Value& value : values_) types += value.is_text ? 's' : 'i';
        return types;
    }
    void bind(Statement& statement) const {
        for (const Value& value : values_) {
            if (value.is_text)
                statement << value.text;
            else
                statement << value.number;
        }
    }

private:
    struct Value {
        bool is_text{};
        std::string text{};
        std::int64_t number{};
    };
    static Value value_of(std::string_view text) { return {true, std::string{text}, 0}; }
    static Value value_of(std::int64_t number) { return {false, {}, number}; }

    std::string sql_;
    std::vector<Value> values_;
};

}  // namespace ecron::store
