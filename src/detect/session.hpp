#pragma once
// Sessions and leases: silence ends them on a grid, and then for good or until the next.

#include "detect/entry.hpp"

namespace flatline::detect {

Entry session_entry();

}  // namespace flatline::detect
