#pragma once
#include <algorithm>
#include <type_traits>

#include <fmt/format.h>

#include "model/enum_names.hpp"
#include "model/fields/codec.hpp"

/// Binds a row of the table to the data member that holds its value; type, reader and writer follow from the
/// member's C++ type.
namespace ecron::model::fields {

// The object of a job's context to which a data member belongs.
template <class Root, class T> auto& at(Root& context, T Context::* member) { return context.*member; }
template <class Root, class T> auto& at(Root& context, T Plan::* member) { return context.plan.*member; }
template <class Root, class T> auto& at(Root& context, T cron::DstPolicy::* member) {
    return context.plan.dst.*member;
}
template <class Root, class T> auto& at(Root& context, T Retry::* member) { return (*context.retry).*member; }

template <class Root, class T> auto& at_plan(Root& plan, T Plan::* member) { return plan.*member; }
template <class Root, class T> auto& at_plan(Root& plan, T cron::DstPolicy::* member) {
    return plan.dst.*member;
}

template <class Member> struct MemberOf;
template <class C, class T> struct MemberOf<T C::*> {
    using Class = C;
    using Value = T;
};
template <auto M> using ValueOf = typename MemberOf<decltype(M)>::Value;
template <auto M>
inline constexpr bool kInPlan = std::is_same_v<typename MemberOf<decltype(M)>::Class, Plan> ||
                                std::is_same_v<typename MemberOf<decltype(M)>::Class, cron::DstPolicy>;

template <class T> struct Unwrapped {
    using Type = T;
};
template <class T> struct Unwrapped<std::optional<T>> {
    using Type = T;
};
template <class T> using UnwrappedType = typename Unwrapped<T>::Type;

constexpr const auto& names_of(cron::Dialect) { return kDialects; }
constexpr const auto& names_of(cron::Gap) { return kGaps; }
constexpr const auto& names_of(cron::Overlap) { return kDstOverlaps; }
constexpr const auto& names_of(JobType) { return kJobTypes; }
constexpr const auto& names_of(Mode) { return kModes; }
constexpr const auto& names_of(Misfire) { return kMisfires; }
constexpr const auto& names_of(Overlap) { return kOverlaps; }
constexpr const auto& names_of(Completion) { return kCompletions; }
constexpr const auto& names_of(NodeLoss) { return kNodeLosses; }

template <class E> std::vector<std::string_view> choices_of() {
    std::vector<std::string_view> names;
    for (const auto& name : names_of(E{})) names.push_back(name.text);
    return names;
}

template <class T> constexpr FieldType type_of() {
    using V = UnwrappedType<T>;
    if constexpr (std::is_same_v<T, std::optional<std::string>>) return FieldType::json_object;
    if constexpr (std::is_same_v<V, std::string>) return FieldType::text;
    if constexpr (std::is_same_v<V, bool>) return FieldType::boolean;
    if constexpr (std::is_same_v<V, int>) return FieldType::integer;
    if constexpr (std::is_same_v<V, double>) return FieldType::number;
    if constexpr (std::is_same_v<V, Millis>) return FieldType::duration;
    if constexpr (std::is_same_v<V, Instant>) return FieldType::time;
    if constexpr (std::is_enum_v<V>) return FieldType::choice;
    if constexpr (std::is_same_v<V, NameValues>) return FieldType::text_map;
    if constexpr (std::is_same_v<V, std::vector<CodeRange>>) return FieldType::codes;
    if constexpr (std::is_same_v<V, std::vector<std::string>>) return FieldType::choices;
    return FieldType::object;
}

template <class T> std::optional<UnwrappedType<T>> value_in(Members& members, const Field& field) {
    using V = UnwrappedType<T>;
    if constexpr (std::is_same_v<T, std::optional<std::string>>) {
        return members.object_text(field.name);
    } else if constexpr (std::is_same_v<V, std::string>) {
        return field.max > 0 ? members.text(field.name, static_cast<std::size_t>(field.max))
                             : members.text(field.name);
    } else if constexpr (std::is_same_v<V, bool>) {
        return members.boolean(field.name);
    } else if constexpr (std::is_same_v<V, int>) {
        const auto value = members.integer(field.name, field.min, field.max);
        return value ? std::optional{static_cast<int>(*value)} : std::nullopt;
    } else if constexpr (std::is_same_v<V, double>) {
        return members.number(field.name, static_cast<double>(field.min), static_cast<double>(field.max));
    } else if constexpr (std::is_same_v<V, Millis>) {
        return members.duration(field.name, Millis{field.min}, Millis{field.max});
    } else if constexpr (std::is_enum_v<V>) {
        return members.choice(field.name, names_of(V{}));
    } else {
        return members.name_values(field.name);
    }
}

template <class T, class V> void set(T& member, V&& value) { member = std::forward<V>(value); }

template <auto M> void read(Members& members, const Field& field, const Reading&, Context& into) {
    if (auto value = value_in<ValueOf<M>>(members, field)) set(at(into, M), std::move(*value));
}

inline void write_value(JsonWriter& json, const std::string& value) { json.text(value); }
inline void write_value(JsonWriter& json, bool value) { json.boolean(value); }
inline void write_value(JsonWriter& json, int value) { json.number(std::int64_t{value}); }
inline void write_value(JsonWriter& json, double value) { json.number(value); }
inline void write_value(JsonWriter& json, Millis value) { json.text(format_duration(value)); }
inline void write_value(JsonWriter& json, const NameValues& values) {
    json.begin_object();
    for (const auto& [name, value] : values) json.member(name, value);
    json.end_object();
}
inline void write_value(JsonWriter& json, const std::vector<std::string>& texts) {
    json.begin_array();
    for (const std::string& text : texts) json.text(text);
    json.end_array();
}
inline void write_value(JsonWriter& json, const std::vector<CodeRange>& ranges) {
    json.begin_array();
    for (const CodeRange& range : ranges) {
        if (range.first == range.last)
            json.number(std::int64_t{range.first});
        else
            json.text(fmt::format("{}-{}", range.first, range.last));
    }
    json.end_array();
}
inline void write_value(JsonWriter& json, Mode value) { json.text(to_text(value)); }
template <class E>
    requires std::is_enum_v<E>
void write_value(JsonWriter& json, E value) {
    json.text(name_of(value, names_of(E{})));
}

template <auto M> void write(JsonWriter& json, const Field& field, const Context& context) {
    using T = ValueOf<M>;
    const T& value = at(context, M);
    json.key(field.name);
    if constexpr (std::is_same_v<T, std::optional<Instant>>)
        json.text(value ? format_rfc3339(*value) : std::string{});
    else if constexpr (std::is_same_v<T, std::optional<std::string>>)
        json.raw(value ? std::string_view{*value} : "null");
    else if constexpr (std::is_same_v<T, UnwrappedType<T>>)
        write_value(json, value);
    else if (value)
        write_value(json, *value);
    else
        json.null();
}

/// A context without any member.
inline const Context& unset_context() {
    static const Context none;
    return none;
}

template <auto M> bool is_set(const Context& context) {
    const auto& value = at(context, M);
    if constexpr (requires { value.has_value(); })
        return value.has_value();
    else if constexpr (requires { value.empty(); })
        return !value.empty();
    else if constexpr (std::is_same_v<typename MemberOf<decltype(M)>::Class, Retry>)
        return true;
    else
        return value != at(unset_context(), M);
}

template <auto M> std::optional<std::int64_t> plan_value(const Plan& plan) {
    using V = UnwrappedType<ValueOf<M>>;
    const auto& member = at_plan(plan, M);
    if (member == at_plan(unset_context().plan, M)) return std::nullopt;
    const V value = std::optional<V>{member}.value();
    if constexpr (std::is_same_v<V, Millis>)
        return value.count();
    else if constexpr (std::is_same_v<V, Instant>)
        return to_unix_millis(value);
    else
        return static_cast<std::int64_t>(value);
}

template <auto M> bool set_plan_value(Plan& plan, std::int64_t value) {
    using V = UnwrappedType<ValueOf<M>>;
    auto& member = at_plan(plan, M);
    if constexpr (std::is_same_v<V, Millis>) {
        member = Millis{value};
    } else if constexpr (std::is_same_v<V, Instant>) {
        member = from_unix_millis(value);
    } else if constexpr (std::is_same_v<V, bool>) {
        member = value != 0;
    } else if constexpr (std::is_enum_v<V>) {
        const auto& names = names_of(V{});
        const auto known = std::ranges::find_if(
            names, [value](const auto& name) { return static_cast<std::int64_t>(name.value) == value; });
        if (known == names.end()) return false;
        member = known->value;
    } else {
        member = static_cast<V>(value);
    }
    return true;
}

template <auto M> bool same(const Plan& a, const Plan& b) { return at_plan(a, M) == at_plan(b, M); }

template <auto M, auto Read, auto Write> constexpr FieldCodec codec_of() {
    FieldCodec codec{.read = Read, .write = Write, .is_set = is_set<M>};
    using V = UnwrappedType<ValueOf<M>>;
    if constexpr (kInPlan<M>) {
        codec.same = same<M>;
        if constexpr (type_of<ValueOf<M>>() != FieldType::object && !std::is_same_v<V, std::string>) {
            codec.plan_value = plan_value<M>;
            codec.set_plan_value = set_plan_value<M>;
        }
    }
    return codec;
}
template <auto M, auto Read, auto Write> inline constexpr FieldCodec kCodec = codec_of<M, Read, Write>();

/// Completes a row with the binding to M.
template <auto M, auto Read = &read<M>, auto Write = &write<M>> constexpr Field bind(Field row) {
    using V = UnwrappedType<ValueOf<M>>;
    row.type = type_of<ValueOf<M>>();
    row.codec = &kCodec<M, Read, Write>;
    if constexpr (std::is_enum_v<V>) row.choices = &choices_of<V>;
    return row;
}

}  // namespace ecron::model::fields
