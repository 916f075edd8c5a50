/// Bytes of a connection as the server reads them: pipelined requests in arbitrary fragments, and the
/// decoding of their paths and queries.
#include <algorithm>
#include <cassert>
#include <cstdint>
#include <string_view>

#include "ecron/http/message.hpp"
#include "http/request_parser.hpp"

using namespace ecron::http;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::size_t piece = 1 + data[0] % 64;
    std::string_view rest{reinterpret_cast<const char*>(data + 1), size - 1};
    std::string buffered;
    while (!rest.empty() || !buffered.empty()) {
        Request request;
        RequestParser parser{request, {4'096, 16'384}};
        RequestParser::Step step = RequestParser::Step::need_more;
        while (step == RequestParser::Step::need_more) {
            std::string_view bytes = buffered;
            step = parser.parse(bytes);
            buffered.erase(0, buffered.size() - bytes.size());
            if (step != RequestParser::Step::need_more) break;
            if (rest.empty()) return 0;
            const std::size_t take = std::min(piece, rest.size());
            buffered += rest.substr(0, take);
            rest.remove_prefix(take);
        }
        if (step == RequestParser::Step::refused) {
            assert(parser.refusal().status >= 400);
            return 0;
        }
        assert(request.body.size() <= 16'384);
        for (const QueryParameter& parameter : parse_query(request.query))
            assert(percent_decode(percent_encode(parameter.value)) == parameter.value);
        percent_decode(request.path);
    }
    return 0;
}
