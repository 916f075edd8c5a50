#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "mq/nsq_lookup.hpp"
#include "mq/nsq_protocol.hpp"

/// Any bytes from an nsqd in any fragmentation: complete frames are found, incomplete ones request more data,
/// invalid ones are rejected. Also any text from nsqlookupd.
namespace {

using namespace ecron::mq::nsq;

constexpr std::size_t kLimit = 1UL << 20U;

void require(bool holds, const char* invariant) {
    if (holds) return;
    std::fprintf(stderr, "broken: %s\n", invariant);
    std::abort();
}

void check_frames(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto parsed = parse_frame(bytes, kLimit);
        if (!parsed) {
            require(!parsed.error().what.empty(), "a refusal has a reason");
            return;
        }
        if (!parsed->frame) {
            require(parsed->size > bytes.size(), "what is cut off asks for more than there is");
            require(parsed->size <= kLimit + 4, "no more is asked for than a frame may have");
            return;
        }
        require(parsed->size >= 8 && parsed->size <= bytes.size(), "a frame lies in the bytes");
        require(parsed->frame->data.size() == parsed->size - 8, "a frame's data is all but its head");
        const auto cut = parse_frame(bytes.substr(0, parsed->size - 1), kLimit);
        require(cut && !cut->frame, "a frame without its last byte is none yet");
        if (parsed->frame->type == FrameType::message) {
            const auto delivery = parse_delivery(parsed->frame->data);
            require(delivery.has_value() == (parsed->frame->data.size() >= 26), "a message has a head");
            if (delivery) require(delivery->id.size() == kIdSize, "an id has sixteen bytes");
        } else {
            static_cast<void>(parse_hello(parsed->frame->data));
            static_cast<void>(is_fatal(parsed->frame->data));
        }
        bytes.remove_prefix(parsed->size);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    check_frames(bytes);
    for (const unsigned status : {200U, 404U})
        if (const auto nodes = parse_nodes(status, bytes))
            for (const Node& node : *nodes) require(node.address.port != 0, "an nsqd has a port");
    static_cast<void>(parse_depth(bytes));
    return 0;
}
