#include "http/header_list.hpp"

namespace ecron::http {

void HeaderList::clear() {
    text_.clear();
    begins_.clear();
}

void HeaderList::add(std::string_view name, std::string_view value) {
    begins_.push_back(text_.size());
    text_.append(name).append(": ").append(value).push_back('\0');
}

void HeaderList::leave_out(std::string_view name) {
    begins_.push_back(text_.size());
    text_.append(name).append(":").push_back('\0');
}

curl_slist* HeaderList::link() {
    nodes_.clear();
    for (const std::size_t begin : begins_) nodes_.push_back({.data = text_.data() + begin, .next = nullptr});
    for (std::size_t i = 1; i < nodes_.size(); ++i) nodes_[i - 1].next = &nodes_[i];
    return nodes_.empty() ? nullptr : nodes_.data();
}

}  // namespace ecron::http
