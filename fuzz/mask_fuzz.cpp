/// Output of targets and commands, in pieces, out of which secrets are taken: none may be left, however the
/// text is cut.
#include <cassert>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/execution/secrets.hpp"

using ecron::execution::Mask;

namespace {

constexpr std::size_t kShortestMasked = 4;

std::string in_pieces(const std::vector<std::string>& secrets, std::string_view text, std::size_t piece) {
    Mask mask{secrets};
    std::string out;
    for (; !text.empty(); text.remove_prefix(std::min(piece, text.size())))
        out += mask.feed(text.substr(0, piece));
    return out + mask.finish();
}

}  // namespace

/// The first byte is the size of the pieces; then secrets, each ended by a line break, an empty one ends
/// them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::size_t piece = 1 + data[0] % 16;
    std::string_view rest{reinterpret_cast<const char*>(data + 1), size - 1};
    std::vector<std::string> secrets;
    while (!rest.empty()) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        if (line.empty()) break;
        secrets.emplace_back(line);
    }
    const std::string whole = Mask{secrets}.whole(rest);
    assert(in_pieces(secrets, rest, piece) == whole);
    for (const std::string& secret : secrets) {
        const bool by_asterisks =
            secret.find('*') != std::string::npos;  // what is put in its place could be a part
        assert(secret.size() < kShortestMasked || by_asterisks || whole.find(secret) == std::string::npos);
    }
    return 0;
}
