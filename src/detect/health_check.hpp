#pragma once
// Checkers that count: so many failures in a row, so many successes in a row.

#include "detect/entry.hpp"

namespace flatline::detect {

Entry health_check_entry();
Entry missed_beats_entry();

}  // namespace flatline::detect
