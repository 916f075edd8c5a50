#include "ecron/ui/page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "ecron/http/accept_encoding.hpp"
#include "ecron/http/entity_tag.hpp"
#include "ui/byte_range.hpp"

namespace ecron::ui {
namespace {

constexpr std::string_view kIndex = "index.html";
constexpr std::string_view kAssets = "assets/";

/// One encoding of a file.
struct Variant {
    std::string_view coding;  // as named by Content-Encoding
    std::string_view bytes;
    int weight{};  // for the client, in thousandths
};

/// Returns the variant with the greatest weight, the smallest of several. If the client refuses all of them,
/// the file is sent as it is, which RFC 9110 §12.5.3 permits.
Variant select_variant(const File& file, std::string_view accept_encoding) {
    const auto weight = [&](std::string_view coding, int unless_named) {
        return http::coding_weight(accept_encoding, coding).value_or(unless_named);
    };
    std::array variants{Variant{"br", file.brotli, weight("br", 0)},
                        Variant{"gzip", file.gzip, weight("gzip", 0)},
                        Variant{"identity", file.identity, weight("identity", 1)}};
    Variant best = variants.back();
    for (const Variant& variant : {variants[1], variants[0]})
        if (!variant.bytes.empty() && variant.weight > 0 && variant.weight >= best.weight) best = variant;
    return best;
}

std::string policy(std::string_view sign_in_origin) {
    return fmt::format(
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src "
        "'self'{}{}; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        sign_in_origin.empty() ? "" : " ", sign_in_origin);
}

std::string_view cache_control(Caching caching) {
    return caching == Caching::immutable ? "public, max-age=31536000, immutable" : "no-cache";
}

/// Narrows a response with the whole content to the requested range, if there is one. A range is only valid
/// for the representation that the client has a part of (If-Range).
void apply_range(const http::Request& request, std::string_view tag, http::Response& response) {
    const std::string_view condition = request.header("If-Range");
    if (request.method != http::Method::get || (!condition.empty() && condition != tag)) return;
    const std::string_view whole = response.constant_body;
    const RangeRequest range = read_range(request.header("Range"), whole.size());
    if (range.kind == RangeRequest::Kind::whole) return;
    std::string content_range = fmt::format("bytes */{}", whole.size());
    if (range.kind == RangeRequest::Kind::part) {
        const auto [first, last] = range.part;
        content_range = fmt::format("bytes {}-{}/{}", first, last, whole.size());
        response.status = 206;
        response.constant_body = whole.substr(first, last - first + 1);
    } else {
        response = {.status = 416, .content_type = ""};
    }
    response.headers.push_back({"Content-Range", std::move(content_range)});
}

http::Response redirect_to_base(const http::Request& request) {
    std::string target{kBase};
    if (!request.query.empty()) target += '?' + request.query;
    return {.status = 302, .content_type = "", .headers = {{"Location", std::move(target)}}};
}

}  // namespace

Page::Page(std::span<const File> files, std::string_view sign_in_origin)
    : files_(files),
      policy_(policy(sign_in_origin)) {}

bool Page::serves(const http::Request& request) const {
    if (files_.empty()) return false;
    if (request.method != http::Method::get && request.method != http::Method::head) return false;
    const std::string_view path = request.path;
    return path == "/" || path.starts_with(kBase) || path == kBase.substr(0, kBase.size() - 1);
}

const File* Page::find(std::string_view path) const {
    const auto found = std::ranges::find(files_, path, &File::path);
    return found == files_.end() ? nullptr : &*found;
}

http::Response Page::respond(const http::Request& request) const {
    if (request.path.size() < kBase.size()) return redirect_to_base(request);
    const std::string_view path = std::string_view{request.path}.substr(kBase.size());
    const File* file = find(path);
    if (file == nullptr && path.starts_with(kAssets))
        return {.status = 404, .body = "Not found\n", .content_type = "text/plain"};
    if (file == nullptr) file = find(kIndex);
    return send(*file, request);
}

http::Response Page::send(const File& file, const http::Request& request) const {
    const Variant variant = select_variant(file, request.header("Accept-Encoding"));
    const bool is_encoded = variant.coding != "identity";
    std::string tag =
        fmt::format("\"{}{}{}\"", file.digest, is_encoded ? "-" : "", is_encoded ? variant.coding : "");
    http::Response response{.content_type = std::string{file.content_type}, .constant_body = variant.bytes};
    response.headers = {{"Cache-Control", std::string{cache_control(file.caching)}},
                        {"Content-Security-Policy", policy_},
                        {"Cross-Origin-Opener-Policy", "same-origin"},
                        {"Accept-Ranges", "bytes"},
                        {"Vary", "Accept-Encoding"},
                        {"ETag", tag}};
    if (http::matches_weakly(request.header("If-None-Match"), tag)) {
        response.status = 304;
        response.constant_body = {};
        return response;
    }
    if (is_encoded) response.headers.push_back({"Content-Encoding", std::string{variant.coding}});
    apply_range(request, tag, response);
    return response;
}

}  // namespace ecron::ui
