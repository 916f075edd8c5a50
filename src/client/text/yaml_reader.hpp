#pragma once
#include <boost/json/value.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/failure.hpp"
#include "ecron/model/fields.hpp"

/// Reads files of YAML or JSON as JSON values.
namespace ecron::client {

/// A YAML document. `line` is where it begins.
struct Document {
    boost::json::value value;
    std::string file;
    std::size_t line{};
};

/// What a file contains: any value, or definitions of jobs. The table of members then decides how a plain
/// scalar is read (`job_name: 123` is a text), and unknown members are errors.
enum class Content : std::uint8_t { any, jobs };

/// Converts all documents of a text. A document that is a list yields one value per element. Errors are
/// reported together, each with file and line: YAML syntax, repeated and unknown members.
Outcome<std::vector<Document>> read_documents(const std::string& file, std::string_view text,
                                              Content content);

/// The whole file; "-" is standard input.
Outcome<std::string> read_file(const std::string& path);

}  // namespace ecron::client
