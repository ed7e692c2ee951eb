#pragma once
// chitchat's failure detector.

#include "detect/entry.hpp"

namespace flatline::detect {

Entry chitchat_entry();

}  // namespace flatline::detect
