#pragma once
#include <expected>
#include <string>
#include <vector>

#include "ecron/config/load.hpp"

/// A YAML file as flat entries; the only place that knows yaml-cpp.
namespace ecron::config {

enum class Shape : std::uint8_t { value, nothing, nested };
struct Entry {
    std::string key;  // "auth.username" inside a nested map
    std::string text;
    Shape shape{};
    std::size_t line{};  // from 1
    bool inner{};        // one of a nested map's, which has an entry of its own just before
};

/// The entries in order, repeated keys included; a sequence of values becomes one text with commas.
std::expected<std::vector<Entry>, Problem> read_yaml_file(const std::string& path);

}  // namespace ecron::config
