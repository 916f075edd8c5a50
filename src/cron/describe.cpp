#include "ecron/cron/schedule.hpp"

namespace ecron::cron {

std::string Schedule::describe(Language) const { return {}; }

}  // namespace ecron::cron
