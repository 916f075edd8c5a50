#pragma once
#include <expected>
#include <string>
#include <vector>

#include "ecron/config/load.hpp"

/// A YAML file as flat entries; the only code that uses yaml-cpp.
namespace ecron::config {

enum class Shape : std::uint8_t { value, nothing, nested };
struct Entry {
    std::string key;  // "auth.username" inside a nested map
    std::string text;
    Shape shape{};
    std::size_t line{};  // from 1
    bool inner{};        // an entry of a nested map, which precedes it as an entry of its own
};

/// The entries in order, including repeated keys; a sequence of values becomes one text separated by commas.
std::expected<std::vector<Entry>, Problem> read_yaml_file(const std::string& path);

}  // namespace ecron::config
