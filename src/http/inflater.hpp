#pragma once
#include <zlib.h>

#include <memory>
#include <string>
#include <string_view>

namespace ecron::http {

/// Decodes a body with the content coding gzip or deflate (RFC 9110 8.4.1) piece by piece, and never more of
/// it than there is room for: a small body may decode to gigabytes.
class Inflater {
public:
    Inflater();
    ~Inflater() = default;
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    /// Whether that value of `Content-Encoding` names a coding that this class decodes.
    [[nodiscard]] static bool decodes(std::string_view content_encoding);

    enum class State : std::uint8_t {
        whole,   // all that came is decoded
        full,    // `out` has `limit` bytes, and there is more
        broken,  // not in the coding; what was decoded before stays in `out`
    };
    /// Appends what `piece` decodes to until `out` has `limit` bytes. Not to be called again after `full` or
    /// `broken`.
    State feed(std::string_view piece, std::string& out, std::size_t limit);
    /// Whether the body is complete as far as its coding tells.
    [[nodiscard]] bool at_end() const { return at_end_; }

private:
    struct End {
        void operator()(z_stream* stream) const;
    };
    std::unique_ptr<z_stream, End> stream_;
    bool at_end_{false};
};

}  // namespace ecron::http
