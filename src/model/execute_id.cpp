#include "ecron/model/execute_id.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ecron/base/time.hpp"
#include "ecron/base/utf8.hpp"
#include "ecron/base/uuid.hpp"

namespace ecron::model {
namespace {

/// Behind the chosen id, filled up to its longest: '~', its length in bytes, and a hash of the tenant. So a
/// marked id always has more characters than a client may choose.
constexpr char kFill = '~';
constexpr std::size_t kLengthDigits = 3;
constexpr std::size_t kHashDigits = 20;
constexpr std::size_t kMark = 1 + kLengthDigits + kHashDigits;
constexpr std::size_t kMarkedLength = kChosenIdLength + kMark;  // characters

std::size_t characters(std::string_view text) {
    std::size_t count = 0;
    for (; !text.empty(); ++count) text.remove_prefix(utf8_front(text, 1).size());
    return count;
}

/// 80 bits: two tenants of one installation do not share them by chance.
std::string hash_of(const TenantId& tenant) {
    std::string digits = keyed_uuid("ecron execution id", tenant.value(), Instant{});
    std::erase(digits, '-');
    return digits.substr(digits.size() - kHashDigits);
}

}  // namespace

ExecuteId marked_id(const ExecuteId& chosen, const TenantId& tenant) {
    const std::string& id = chosen.value();
    const std::size_t length = characters(id);
    const std::size_t fill = kChosenIdLength - std::min(length, kChosenIdLength);
    return ExecuteId{
        fmt::format("{}{}{}{:03}{}", id, std::string(fill, kFill), kFill, id.size(), hash_of(tenant))};
}

std::string_view chosen_id(const ExecuteId& id) {
    const std::string_view text = id.value();
    if (text.size() < kMarkedLength || text[text.size() - kMark] != kFill ||
        characters(text) != kMarkedLength)
        return text;
    std::size_t length = 0;
    for (const char digit : text.substr(text.size() - kMark + 1, kLengthDigits)) {
        if (digit < '0' || digit > '9') return text;
        length = length * 10 + static_cast<std::size_t>(digit - '0');
    }
    return length <= text.size() - kMark ? text.substr(0, length) : text;
}

}  // namespace ecron::model
