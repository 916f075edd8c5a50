#pragma once
#include <zlib.h>

#include <memory>
#include <string>
#include <string_view>

namespace ecron::http {

/// Decodes a body with content coding gzip or deflate (RFC 9110 8.4.1) incrementally and within a size limit,
/// because a small body may decode to gigabytes.
class Inflater {
public:
    Inflater();
    ~Inflater() = default;
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    /// Whether this class decodes that value of `Content-Encoding`.
    [[nodiscard]] static bool decodes(std::string_view content_encoding);

    enum class State : std::uint8_t {
        whole,   // all input is decoded
        full,    // `out` has `limit` bytes, and there is more output
        broken,  // invalid input; output decoded before the error stays in `out`
    };
    /// Appends the decoded `piece` until `out` has `limit` bytes. Must not be called again after `full` or
    /// `broken`.
    State feed(std::string_view piece, std::string& out, std::size_t limit);
    /// Whether the compressed stream is complete.
    [[nodiscard]] bool at_end() const { return at_end_; }

private:
    struct End {
        void operator()(z_stream* stream) const;
    };
    std::unique_ptr<z_stream, End> stream_;
    bool at_end_{false};
};

}  // namespace ecron::http
