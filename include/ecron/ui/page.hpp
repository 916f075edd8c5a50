#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "ecron/http/message.hpp"

/// The web page: static files of the binary, below /ui/. Requests for them need no token and belong to no
/// tenant, so they count toward no rate. The page's own requests use the API like those of any other client.
namespace ecron::ui {

inline constexpr std::string_view kBase = "/ui/";

/// Whether the name of a file changes with its content, so that clients need not ask again.
enum class Caching : std::uint8_t { revalidated, immutable };

/// A file of the page with its encodings; all texts live as long as the process.
struct File {
    std::string_view path;  // below kBase, such as "index.html" or "assets/main-1a2b3c.js"
    std::string_view content_type;
    std::string_view digest;  // of the content, for entity tags
    Caching caching{};
    std::string_view identity;
    std::string_view brotli{}, gzip{};  // empty if encoding does not make the file smaller
};

/// The files that were embedded when the binary was built; empty if it was built without the page
/// (ECRON_UI=OFF).
std::span<const File> embedded_files();

/// Responds to GET and HEAD of the page's paths (RFC 9110): entity tags, encodings, single byte ranges. Pure.
/// Threads: any.
class Page {
public:
    /// `files` contain index.html, or none, and live as long as the page. `sign_in_origin`: where the page
    /// may request tokens, such as "https://hydra.example:4444"; empty: nowhere.
    explicit Page(std::span<const File> files, std::string_view sign_in_origin = {});

    /// Returns false for requests that belong to the API, and for all requests if there are no files.
    [[nodiscard]] bool serves(const http::Request& request) const;
    /// Precondition: serves(request). Unknown paths are routes of the page, and get index.html; unknown
    /// assets get 404.
    [[nodiscard]] http::Response respond(const http::Request& request) const;

private:
    [[nodiscard]] const File* find(std::string_view path) const;
    [[nodiscard]] http::Response send(const File& file, const http::Request& request) const;

    std::span<const File> files_;
    std::string policy_;  // Content-Security-Policy
};

}  // namespace ecron::ui
