#include "ecron/http/probe.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <memory>

namespace ecron::http {
namespace {

std::size_t discard(char*, std::size_t size, std::size_t count, void*) { return size * count; }

}  // namespace

Result<unsigned> probe(const std::string& url, Millis within) {
    const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> call{curl_easy_init(), curl_easy_cleanup};
    curl_easy_setopt(call.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(call.get(), CURLOPT_PROXY, "");
    curl_easy_setopt(call.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(call.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(within.count()));
    curl_easy_setopt(call.get(), CURLOPT_WRITEFUNCTION, discard);
    curl_easy_setopt(call.get(), CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(call.get(), CURLOPT_SSL_VERIFYHOST, 0L);
    const CURLcode code = curl_easy_perform(call.get());
    if (code != CURLE_OK)
        return fail(Errc::unavailable, fmt::format("{}: {}", url, curl_easy_strerror(code)));
    long status = 0;
    curl_easy_getinfo(call.get(), CURLINFO_RESPONSE_CODE, &status);
    return static_cast<unsigned>(status);
}

}  // namespace ecron::http
