#include "ecron_bench/http_client.hpp"

#include <curl/curl.h>

#include <stdexcept>

namespace ecron::bench {

class HttpClient::Impl {
public:
    Impl(std::uint16_t port, const std::string& token)
        : base_("http://127.0.0.1:" + std::to_string(port)),
          curl_(curl_easy_init()),
          headers_(curl_slist_append(nullptr, "Expect:")) {
        if (!token.empty())
            headers_ = curl_slist_append(headers_, ("Authorization: Bearer " + token).c_str());
    }
    ~Impl() {
        curl_easy_cleanup(curl_);
        curl_slist_free_all(headers_);
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    struct Answer {
        long status{};  // 0: no response
        std::string body{};
    };
    Answer request(const std::string& path, const std::string* body, const char* method = nullptr) {
        Answer answer;
        curl_easy_reset(curl_);
        curl_easy_setopt(curl_, CURLOPT_URL, (base_ + path).c_str());
        curl_easy_setopt(curl_, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(curl_, CURLOPT_TIMEOUT, 60L);
        curl_easy_setopt(curl_, CURLOPT_PROXY, "");
        curl_easy_setopt(curl_, CURLOPT_HTTPHEADER, headers_);
        curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, &Impl::keep);
        curl_easy_setopt(curl_, CURLOPT_WRITEDATA, &answer.body);
        if (method != nullptr) curl_easy_setopt(curl_, CURLOPT_CUSTOMREQUEST, method);
        if (body != nullptr) {
            curl_easy_setopt(curl_, CURLOPT_POSTFIELDSIZE, static_cast<long>(body->size()));
            curl_easy_setopt(curl_, CURLOPT_POSTFIELDS, body->c_str());
        }
        if (curl_easy_perform(curl_) == CURLE_OK)
            curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &answer.status);
        return answer;
    }

    std::string require(const std::string& path, const std::string* body, const char* method = nullptr) {
        Answer answer = request(path, body, method);
        if (answer.status / 100 != 2)
            throw std::runtime_error(path + " answered " + std::to_string(answer.status) + ": " +
                                     answer.body);
        return std::move(answer.body);
    }

private:
    static std::size_t keep(char* data, std::size_t size, std::size_t count, void* body) {
        static_cast<std::string*>(body)->append(data, size * count);
        return size * count;
    }

    std::string base_;
    CURL* curl_;
    curl_slist* headers_;
};

HttpClient::HttpClient(std::uint16_t port, const std::string& token)
    : impl_(std::make_unique<Impl>(port, token)) {}
HttpClient::~HttpClient() = default;

std::string HttpClient::get(const std::string& path) { return impl_->require(path, nullptr); }

std::string HttpClient::post(const std::string& path, const std::string& body) {
    return impl_->require(path, &body);
}

std::string HttpClient::put(const std::string& path, const std::string& body) {
    return impl_->require(path, &body, "PUT");
}

long HttpClient::try_post(const std::string& path, const std::string& body) {
    return impl_->request(path, &body).status;
}

bool HttpClient::answers(const std::string& path) { return impl_->request(path, nullptr).status / 100 == 2; }

}  // namespace ecron::bench
