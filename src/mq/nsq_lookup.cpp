#include "mq/nsq_lookup.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

namespace ecron::mq::nsq {
namespace {

namespace json = boost::json;

std::optional<json::object> object_of(std::string_view text) {
    json::error_code failed;
    json::value value = json::parse(text, failed);
    if (failed || !value.is_object()) return std::nullopt;
    return std::move(value.get_object());
}

std::uint16_t port_of(const json::object& object, const char* name) {
    const json::value* const found = object.if_contains(name);
    const bool fits =
        found != nullptr && found->is_int64() && found->get_int64() > 0 && found->get_int64() < 65'536;
    return fits ? static_cast<std::uint16_t>(found->get_int64()) : std::uint16_t{0};
}

const json::array* array_of(const json::object& object, const char* name) {
    const json::value* const found = object.if_contains(name);
    return found == nullptr ? nullptr : found->if_array();
}

/// Versions before 1.0 wrap a response in the member `data`.
const json::object& data_of(const json::object& root) {
    const json::value* const data = root.if_contains("data");
    return data != nullptr && data->is_object() ? data->get_object() : root;
}

}  // namespace

std::optional<std::vector<Node>> parse_nodes(unsigned status, std::string_view body) {
    const std::optional<json::object> root = object_of(body);
    if (!root) return std::nullopt;
    if (status == 404) {  // a topic without any published message
        const json::value* const message = root->if_contains("message");
        const bool known =
            message != nullptr && message->is_string() && message->get_string() == "TOPIC_NOT_FOUND";
        return known ? std::optional{std::vector<Node>{}} : std::nullopt;
    }
    const json::object& object = data_of(*root);
    const json::array* const producers = array_of(object, "producers");
    if (status != 200 || producers == nullptr) return std::nullopt;
    std::vector<Node> nodes;
    for (const json::value& value : *producers) {
        const json::object* const producer = value.if_object();
        if (producer == nullptr) continue;
        const json::value* const host = producer->if_contains("broadcast_address");
        const std::uint16_t port = port_of(*producer, "tcp_port");
        if (host == nullptr || !host->is_string() || port == 0) continue;
        nodes.push_back({.address = {.host = std::string{host->get_string()}, .port = port},
                         .http_port = port_of(*producer, "http_port")});
    }
    return nodes;
}

std::uint16_t parse_tcp_port(std::string_view body) {
    const std::optional<json::object> root = object_of(body);
    return root ? port_of(data_of(*root), "tcp_port") : std::uint16_t{0};
}

std::optional<std::uint64_t> parse_depth(std::string_view body) {
    const std::optional<json::object> root = object_of(body);
    if (!root) return std::nullopt;
    const json::object& object = data_of(*root);
    const json::array* const topics = array_of(object, "topics");
    if (topics == nullptr) return std::nullopt;
    std::uint64_t depth = 0;
    for (const json::value& topic : *topics) {
        const json::array* const channels =
            topic.is_object() ? array_of(topic.get_object(), "channels") : nullptr;
        if (channels == nullptr) continue;
        for (const json::value& channel : *channels) {
            const json::value* const found =
                channel.is_object() ? channel.get_object().if_contains("depth") : nullptr;
            if (found != nullptr && found->is_int64() && found->get_int64() > 0)
                depth += static_cast<std::uint64_t>(found->get_int64());
        }
    }
    return depth;
}

}  // namespace ecron::mq::nsq
