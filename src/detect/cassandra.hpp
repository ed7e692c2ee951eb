#pragma once
// Apache Cassandra's failure detector.

#include "detect/entry.hpp"

namespace flatline::detect {

Entry cassandra_entry();

}  // namespace flatline::detect
