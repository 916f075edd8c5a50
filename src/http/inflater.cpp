#include "http/inflater.hpp"

#include <algorithm>
#include <array>
#include <new>

#include "http/ascii.hpp"

namespace ecron::http {
namespace {

constexpr int kGzipOrZlib = 15 + 32;  // window bits, and "detect the header"

}  // namespace

void Inflater::End::operator()(z_stream* stream) const {
    inflateEnd(stream);
    delete stream;
}

Inflater::Inflater() : stream_(new z_stream{}) {
    if (inflateInit2(stream_.get(), kGzipOrZlib) != Z_OK) throw std::bad_alloc{};
}

bool Inflater::decodes(std::string_view content_encoding) {
    return iequals(content_encoding, "gzip") || iequals(content_encoding, "x-gzip") ||
           iequals(content_encoding, "deflate");
}

Inflater::State Inflater::feed(std::string_view piece, std::string& out, std::size_t limit) {
    stream_->next_in =
        reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));  // zlib only reads the input
    stream_->avail_in = static_cast<uInt>(piece.size());
    std::array<char, 16UL * 1024> decoded{};
    for (;;) {
        if (at_end_) {  // gzip may contain several members
            if (stream_->avail_in == 0) return State::whole;
            inflateReset(stream_.get());
            at_end_ = false;
        }
        const std::size_t room = limit - std::min(out.size(), limit);
        // One byte beyond the limit shows whether there is more output.
        stream_->next_out = reinterpret_cast<Bytef*>(decoded.data());
        stream_->avail_out = static_cast<uInt>(std::min(decoded.size(), room + 1));
        const std::size_t asked = stream_->avail_out;
        const int code = inflate(stream_.get(), Z_NO_FLUSH);
        const std::size_t made = asked - stream_->avail_out;
        out.append(decoded.data(), std::min(made, room));
        if (made > room) return State::full;
        at_end_ = code == Z_STREAM_END;
        if (at_end_) continue;
        if (code != Z_OK && code != Z_BUF_ERROR) return State::broken;
        if (stream_->avail_out > 0) return State::whole;  // more input is needed
    }
}

}  // namespace ecron::http
