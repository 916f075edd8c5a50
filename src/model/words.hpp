#pragma once
#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "ecron/model/execution.hpp"
#include "ecron/model/job.hpp"

/// JSON names of enum values; each table is defined once for parsing and formatting.
namespace ecron::model {

template <class E> struct Word {
    std::string_view text;
    E value;
};

inline constexpr std::array kJobTypes{Word{"timed", JobType::timed}, Word{"scheduled", JobType::scheduled},
                                      Word{"real-time", JobType::real_time},
                                      Word{"cron", JobType::scheduled}};
inline constexpr std::array kModes{Word{"http", Mode::http}, Word{"exe", Mode::exe},
                                   Word{"https", Mode::https}};
inline constexpr std::array kStates{
    Word{"success", ExecutionState::success}, Word{"executing", ExecutionState::executing},
    Word{"failure", ExecutionState::failure}, Word{"interrupt", ExecutionState::interrupt},
    Word{"abandon", ExecutionState::abandon}, Word{"pending", ExecutionState::pending}};
inline constexpr std::array kDialects{Word{"cron", cron::Dialect::cron},
                                      Word{"quartz", cron::Dialect::quartz}};
inline constexpr std::array kGaps{Word{"run_after", cron::Gap::run_after}, Word{"skip", cron::Gap::skip}};
inline constexpr std::array kDstOverlaps{Word{"first", cron::Overlap::first},
                                         Word{"both", cron::Overlap::both}};
inline constexpr std::array kMisfires{Word{"once", Misfire::once}, Word{"all", Misfire::all},
                                      Word{"skip", Misfire::skip}};
inline constexpr std::array kOverlaps{Word{"skip", Overlap::skip}, Word{"allow", Overlap::allow},
                                      Word{"queue", Overlap::queue}, Word{"replace", Overlap::replace}};
inline constexpr std::array kCompletions{Word{"response", Completion::response},
                                         Word{"callback", Completion::callback},
                                         Word{"auto", Completion::automatic}};
inline constexpr std::array kNodeLosses{Word{"retry", NodeLoss::retry},
                                        Word{"interrupt", NodeLoss::interrupt}};

template <class E, std::size_t N>
[[nodiscard]] constexpr std::string_view word_of(E value, const std::array<Word<E>, N>& words) {
    for (const Word<E>& word : words)
        if (word.value == value) return word.text;
    return {};
}

template <class E, std::size_t N>
[[nodiscard]] constexpr std::optional<E> value_of(std::string_view text,
                                                  const std::array<Word<E>, N>& words) {
    for (const Word<E>& word : words)
        if (word.text == text) return word.value;
    return std::nullopt;
}

}  // namespace ecron::model
