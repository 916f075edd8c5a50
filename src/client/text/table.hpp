#pragma once
#include <string>
#include <string_view>
#include <vector>

/// Tables for terminals. Pure.
namespace ecron::client {

/// Rows of cells, aligned to columns. Wide characters (Chinese) count as two columns.
class Table {
public:
    explicit Table(std::vector<std::string> headings) : rows_{std::move(headings)} {}
    void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
    /// Each line ends without trailing spaces. Control characters of cells become spaces.
    [[nodiscard]] std::string text() const;

private:
    std::vector<std::vector<std::string>> rows_;
};

/// The number of columns that a UTF-8 text takes on a terminal.
[[nodiscard]] std::size_t display_width(std::string_view text);

}  // namespace ecron::client
