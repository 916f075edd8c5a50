#pragma once
#include "ecron/model/job.hpp"
#include "simulation/dice.hpp"

/// Random jobs of every kind: most run every few minutes, some every few seconds, some once.
namespace ecron::sim {

struct Definition {
    model::Job job;
    std::string plan;
};

Definition new_job(Dice& dice, std::int64_t number, Instant now, Millis span);
/// Lets the job subscribe to every state and event.
void subscribe(Definition& definition);
/// Returns the job with another schedule, or with other policies and the same schedule.
Definition changed_job(Dice& dice, const model::Job& job, Instant now, Millis span);

}  // namespace ecron::sim
