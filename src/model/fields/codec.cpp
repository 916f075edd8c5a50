#include "model/fields/codec.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

#include "ecron/base/near_miss.hpp"

namespace ecron::model {

void read_fields(Members& members, std::span<const Field> fields, const Reading& reading, Context& into) {
    for (const Field& field : fields)
        if (field.codec->read != nullptr) field.codec->read(members, field, reading, into);
}

void write_fields(JsonWriter& json, std::span<const Field> fields, const Context& context) {
    for (const Field& field : fields)
        if (field.presence == Presence::always || field.codec->is_set(context))
            field.codec->write(json, field, context);
}

std::string member_path(std::string_view name) {
    std::vector<std::pair<std::string, std::span<const Field>>> level{{"", job_fields()}}, below;
    for (; !level.empty(); level = std::exchange(below, {}))
        for (const auto& [prefix, fields] : level)
            for (const Field& field : fields) {
                std::string path = fmt::format("{}{}", prefix, field.name);
                if (field.name == name) return path;
                if (!field.members.empty()) below.emplace_back(path + '.', field.members);
            }
    return {};
}

std::vector<std::string> member_warnings(const boost::json::object& job) {
    std::vector<std::string> warnings;
    warn_of_misspelt(job, "", job_fields(), warnings);
    return warnings;
}

void warn_of_misspelt(const boost::json::object& object, const std::string& path,
                      std::span<const Field> known, std::vector<std::string>& warnings) {
    constexpr std::size_t kMaxCompared = 64;  // limits the work for a malicious text
    std::size_t compared = 0;
    for (const auto& member : object) {
        const std::string_view name = member.key();
        const std::string given_path = path.empty() ? std::string{name} : fmt::format("{}.{}", path, name);
        if (const auto field = std::ranges::find(known, name, &Field::name); field != known.end()) {
            if (const auto* inner = member.value().if_object(); inner != nullptr && !field->members.empty())
                warn_of_misspelt(*inner, given_path, field->members, warnings);
            continue;
        }
        if (++compared > kMaxCompared) continue;
        std::string meant = member_path(name);
        if (meant.empty()) meant = near_miss(name, known | std::views::transform(&Field::name));
        if (!meant.empty())
            warnings.push_back(
                fmt::format("{} is not known and ignored; did you mean \"{}\"?", given_path, meant));
    }
}

}  // namespace ecron::model
