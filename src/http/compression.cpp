#include "http/compression.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>

#include "ecron/base/off_loop.hpp"
#include "ecron/http/accept_encoding.hpp"
#include "http/ascii.hpp"
#include "http/response_format.hpp"

namespace ecron::http {
namespace {

constexpr int kLevel = 3;             // about 100 MB/s
constexpr int kGzipWindow = 13 + 16;  // 8 KiB; 16 selects the gzip format
constexpr int kMemoryLevel = 6;
constexpr std::size_t kStateBytes = std::size_t{80} << 10U;  // with these parameters

/// A gzip stream.
class Deflater {
public:
    Deflater() {
        if (deflateInit2(&stream_, kLevel, Z_DEFLATED, kGzipWindow, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK)
            throw std::bad_alloc();
    }
    ~Deflater() { deflateEnd(&stream_); }
    Deflater(const Deflater&) = delete;
    Deflater& operator=(const Deflater&) = delete;

    /// `flush`: Z_SYNC_FLUSH makes everything readable so far, Z_FINISH ends the stream.
    std::string feed(std::string_view text, int flush) {
        std::string out;
        // zlib does not change its input, but its type is not const.
        stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(text.data()));
        stream_.avail_in = static_cast<uInt>(text.size());
        do {
            std::array<char, std::size_t{16} << 10U> piece;
            stream_.next_out = reinterpret_cast<Bytef*>(piece.data());
            stream_.avail_out = static_cast<uInt>(piece.size());
            deflate(&stream_, flush);
            out.append(piece.data(), piece.size() - stream_.avail_out);
        } while (stream_.avail_out == 0);
        return out;
    }

private:
    z_stream stream_{};
};

class CompressedStream final : public BodyStream {
public:
    CompressedStream(std::shared_ptr<BodyStream> plain, std::string client)
        : plain_(std::move(plain)),
          client_(std::move(client)) {}

    boost::asio::awaitable<std::optional<std::string>> next() override {
        if (ended_) co_return std::nullopt;
        std::optional<std::string> piece = co_await plain_->next();
        if (piece && piece->empty()) co_return piece;
        ended_ = !piece;
        const std::string text = piece ? std::move(*piece) : std::string{};
        const int flush = ended_ ? Z_FINISH : Z_SYNC_FLUSH;
        std::string encoded =
            co_await off_loop({client_, text.size()}, [&] { return deflater_.feed(text, flush); });
        co_return encoded;
    }
    [[nodiscard]] std::size_t held() const override { return plain_->held() + kStateBytes; }

private:
    std::shared_ptr<BodyStream> plain_;
    const std::string client_;
    Deflater deflater_;
    bool ended_{false};
};

bool has_header(const Response& response, std::string_view name) {
    return std::ranges::any_of(response.headers,
                               [&](const Header& header) { return iequals(header.name, name); });
}

}  // namespace

bool is_compressible(const Response& response) {
    const bool is_json = response.content_type.starts_with("application/json");
    const bool is_text = is_json || response.content_type.starts_with("text/plain");
    const bool is_worth = response.stream ? is_json : is_text && response.body.size() >= kWorthCompressing;
    return is_worth && status_allows_body(response.status) && !has_header(response, "ETag") &&
           !has_header(response, "Content-Encoding");
}

bool accepts_gzip(std::string_view accept_encoding) {
    return coding_weight(accept_encoding, "gzip").value_or(0) > 0;
}

boost::asio::awaitable<void> compress(const Request& request, Response& response) {
    response.headers.push_back({"Vary", "Accept-Encoding"});
    if (!accepts_gzip(request.header("Accept-Encoding"))) co_return;
    response.headers.push_back({"Content-Encoding", "gzip"});
    if (response.stream) {
        response.stream = std::make_shared<CompressedStream>(std::move(response.stream), request.peer);
        co_return;
    }
    std::string encoded = co_await off_loop({request.peer, response.body.size()},
                                            [&] { return Deflater{}.feed(response.body, Z_FINISH); });
    response.body = std::move(encoded);
}

}  // namespace ecron::http
