#pragma once
#include <curl/curl.h>

#include <string>
#include <string_view>
#include <vector>

namespace ecron::http {

/// The header lines of one request as libcurl's linked list, in memory that is reused by the next request.
class HeaderList {
public:
    void clear();
    void add(std::string_view name, std::string_view value);
    /// Stops libcurl from adding its own header of that name.
    void leave_out(std::string_view name);
    /// Valid until the next change.
    [[nodiscard]] curl_slist* link();

private:
    std::string text_;  // the lines, each NUL-terminated
    std::vector<std::size_t> begins_;
    std::vector<curl_slist> nodes_;
};

}  // namespace ecron::http
