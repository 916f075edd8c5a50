#pragma once
#include <functional>
#include <string>
#include <string_view>

namespace ecron::client {

/// A server-sent event (WHATWG HTML, "Server-sent events").
struct Event {
    std::string name{};
    std::string id{};    // empty: none; Last-Event-ID resumes after it
    std::string data{};  // lines of repeated data fields are joined by a newline
};

/// Splits a stream into events as it arrives. Comments and fields other than event, id and data are ignored.
class EventStream {
public:
    using Take = std::function<void(const Event&)>;
    explicit EventStream(Take take) : take_(std::move(take)) {}
    void add(std::string_view part);

private:
    void take_line(std::string_view line);

    Take take_;
    std::string rest_;  // an incomplete line
    Event event_;
    bool has_data_{false};
};

}  // namespace ecron::client
