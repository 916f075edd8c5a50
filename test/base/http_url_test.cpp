#include "ecron/base/http_url.hpp"

#include <catch2/catch.hpp>

using namespace ecron;

TEST_CASE("the requested URL has escapes and an ASCII host name", "[base]") {
    const auto [written, requested] = GENERATE(table<std::string, std::string>({
        {"http://h/a?b=c#d", "http://h/a?b=c#d"},
        {"http://h/a b", "http://h/a%20b"},
        {"http://h/ ", "http://h/%20"},
        {"http://h?q=a b", "http://h?q=a%20b"},
        {"http://h/a%20b%zz", "http://h/a%20b%zz"},
        {"http://h/\u00fc?\u00fc", "http://h/%C3%BC?%C3%BC"},
        {"HTTP://b\u00fccher.example", "http://xn--bcher-kva.example"},
        {"https://u:p@B\u00dcCHER.example:8443/x y", "https://u:p@xn--bcher-kva.example:8443/x%20y"},
        {"http://\u4f8b\u3048.\u30c6\u30b9\u30c8/", "http://xn--r8jz45g.xn--zckzah/"},
        {"http://user:p w@h/", "http://user:p w@h/"},
        {"nonsense", "nonsense"},
        {"", ""},
    }));
    CAPTURE(written);
    const Result<std::string> url = request_url(written);
    REQUIRE(url);
    CHECK(*url == requested);
}

TEST_CASE("accepts a valid URL", "[base]") {
    const auto url = GENERATE(as<std::string>{}, "http://h", "HTTPS://h/", "http://h/a b", "http://h/ ",
                              "http://user:pw@[::1]:80/a b?x=1", "http://127.0.0.1:65535/#f",
                              "http://b\u00fccher.example/", "http://a_b/", "http://h:/", "http://h?x");
    CAPTURE(url);
    CHECK(check_http_url(url));
}

TEST_CASE("rejects an invalid URL with the reason", "[base]") {
    const auto [url, reason] = GENERATE(table<std::string, std::string>({
        {"", "must be a URL that begins with http:// or https:// and names a host"},
        {"ftp://h/", "must be a URL that begins with http:// or https:// and names a host"},
        {"http://", "must be a URL that begins with http:// or https:// and names a host"},
        {"http:///path", "must be a URL that begins with http:// or https:// and names a host"},
        {"http://:80/", "must be a URL that begins with http:// or https:// and names a host"},
        {"http://user@/", "must be a URL that begins with http:// or https:// and names a host"},
        {"http://h/\r\nX: y", "must be a URL without control characters"},
        {"http://h/" + std::string(65'536, 'x'), "must be a URL of at most 65536 bytes"},
        {"http://h:99999/", "is not a valid URL: Port number was not a decimal number between 0 and 65535"},
        {"http://h:abc/", "is not a valid URL: Port number was not a decimal number between 0 and 65535"},
        {"http://h:0/", "is not a valid URL: port 0 cannot be connected to"},
        {"http://[::1/", "is not a valid URL: Bad IPv6 address"},
        {"http://*/", "is not a valid URL: Bad hostname"},
        {"http://a b/", "is not a valid URL: Bad hostname"},
        {"http://\xff\xfe/", "has a host name that is not a valid domain name (IDNA)"},
        {"http://\u00ad/", "has a host name that is not a valid domain name (IDNA)"},
    }));
    CAPTURE(url.substr(0, 40));
    const Result<void> checked = check_http_url(url);
    REQUIRE_FALSE(checked);
    CHECK(checked.error().code == Errc::invalid);
    CHECK(checked.error().what == reason);
}

TEST_CASE("a URL in a record contains no credentials", "[base]") {
    const auto [url, kept] = GENERATE(table<std::string, std::string>({
        {"http://h/a/b", "http://h/a/b"},
        {"http://user:p@ss@h:8080/a@b", "http://***@h:8080/a@b"},
        {"https://h/?a=1&b=&c#frag", "https://h/?a=***&b=***&***"},
        {"http://h?x=http://u@v/", "http://h?x=***"},
        {"/path?token=t", "/path?token=***"},
        {"//u:p@h/x", "//***@h/x"},
        {"/a@b", "/a@b"},
        {"", ""},
        {"?", "?***"},
    }));
    CAPTURE(url);
    CHECK(url_for_record(url) == kept);
    CHECK(url_for_record("http://h/" + std::string(1'000, 'x')).size() == 512);
    CHECK(url_for_record("http://h/?" + std::string(100'000, '&')).size() == 512);
}
