#pragma once
#include <curl/curl.h>

#include <string>
#include <string_view>
#include <vector>

namespace ecron::http {

/// The header lines of one request, linked as libcurl reads them; in memory that the next request uses again.
class HeaderList {
public:
    void clear();
    void add(std::string_view name, std::string_view value);
    /// Keeps libcurl from sending the header of that name that it would send by itself.
    void leave_out(std::string_view name);
    /// Good until the next change.
    [[nodiscard]] curl_slist* link();

private:
    std::string text_;  // the lines, each with a 0 at its end
    std::vector<std::size_t> begins_;
    std::vector<curl_slist> nodes_;
};

}  // namespace ecron::http
