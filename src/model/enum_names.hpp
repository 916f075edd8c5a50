#pragma once
#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "ecron/model/execution.hpp"
#include "ecron/model/job.hpp"

/// JSON names of enum values; each table is defined once for parsing and formatting.
namespace ecron::model {

template <class E> struct EnumName {
    std::string_view text;
    E value;
};

inline constexpr std::array kJobTypes{
    EnumName{"timed", JobType::timed}, EnumName{"scheduled", JobType::scheduled},
    EnumName{"real-time", JobType::real_time}, EnumName{"cron", JobType::scheduled}};
inline constexpr std::array kModes{EnumName{"http", Mode::http}, EnumName{"exe", Mode::exe},
                                   EnumName{"https", Mode::https}};
inline constexpr std::array<std::string_view, 6> kMethods{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};
inline constexpr std::array kStates{
    EnumName{"success", ExecutionState::success}, EnumName{"executing", ExecutionState::executing},
    EnumName{"failure", ExecutionState::failure}, EnumName{"interrupt", ExecutionState::interrupt},
    EnumName{"abandon", ExecutionState::abandon}, EnumName{"pending", ExecutionState::pending}};
inline constexpr std::array kEvents{
    EnumName{"missed", Event::missed}, EnumName{"late", Event::late}, EnumName{"skipped", Event::skipped},
    EnumName{"recovered", Event::recovered}, EnumName{"running_long", Event::running_long}};
inline constexpr std::array kDialects{EnumName{"cron", cron::Dialect::cron},
                                      EnumName{"quartz", cron::Dialect::quartz}};
inline constexpr std::array kGaps{EnumName{"run_after", cron::Gap::run_after},
                                  EnumName{"skip", cron::Gap::skip}};
inline constexpr std::array kDstOverlaps{EnumName{"first", cron::Overlap::first},
                                         EnumName{"both", cron::Overlap::both}};
inline constexpr std::array kMisfires{EnumName{"once", Misfire::once}, EnumName{"all", Misfire::all},
                                      EnumName{"skip", Misfire::skip}};
inline constexpr std::array kOverlaps{EnumName{"skip", Overlap::skip}, EnumName{"allow", Overlap::allow},
                                      EnumName{"queue", Overlap::queue},
                                      EnumName{"replace", Overlap::replace}};
inline constexpr std::array kCompletions{EnumName{"response", Completion::response},
                                         EnumName{"callback", Completion::callback},
                                         EnumName{"auto", Completion::automatic}};
inline constexpr std::array kNodeLosses{EnumName{"retry", NodeLoss::retry},
                                        EnumName{"interrupt", NodeLoss::interrupt}};

template <class E, std::size_t N>
[[nodiscard]] constexpr std::string_view name_of(E value, const std::array<EnumName<E>, N>& names) {
    for (const EnumName<E>& name : names)
        if (name.value == value) return name.text;
    return {};
}

template <class E, std::size_t N>
[[nodiscard]] constexpr std::optional<E> value_of(std::string_view text,
                                                  const std::array<EnumName<E>, N>& names) {
    for (const EnumName<E>& name : names)
        if (name.text == text) return name.value;
    return std::nullopt;
}

}  // namespace ecron::model
