#pragma once
#include <array>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>

namespace ecron::model {

/// A parsed JSON text: strict, UTF-8 validated, at most 64 levels deep. Small documents need no heap. The
/// text must outlive the object.
class Document {
public:
    explicit Document(std::string_view text);
    Document(const Document&) = delete;
    Document& operator=(const Document&) = delete;

    [[nodiscard]] bool ok() const { return fault_.empty(); }
    /// Returns the error and its position: "syntax error at line 3, column 7 (byte 41)".
    [[nodiscard]] const std::string& fault() const { return fault_; }
    [[nodiscard]] const boost::json::value& root() const { return root_; }
    [[nodiscard]] std::string_view text() const { return text_; }

private:
    std::string_view text_;
    std::array<unsigned char, 8192> buffer_;  // not cleared: the resource writes before it reads
    boost::json::monotonic_resource resource_{buffer_.data(), buffer_.size()};
    boost::json::value root_ =
        boost::json::value(boost::json::storage_ptr(&resource_));  // braces would create an array
    std::string fault_;
};

}  // namespace ecron::model
