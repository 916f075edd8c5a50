#include "ecron/model/execute_id.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ecron/base/time.hpp"
#include "ecron/base/utf8.hpp"
#include "ecron/base/uuid.hpp"

namespace ecron::model {
namespace {

/// The mark follows the chosen id, which is padded to its maximum length: '~', the length of the chosen id in
/// bytes, and a hash of the tenant. A marked id is therefore always longer than a chosen one.
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

/// 80 bits, so that a collision between tenants of one installation is negligible.
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
