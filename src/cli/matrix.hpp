#pragma once
// Matrices of round trips, for the zones of a scenario.

#include <string>

#include "flatline/scenario/scenario.hpp"

namespace flatline::cli {

/// Reads a square matrix of numbers from a text file, plain or compressed with gzip: a row a line,
/// the numbers set apart by tabs, commas or blanks. Empty lines and lines that begin with "#" are
/// skipped. Fails, with file, line and column, on: a field that is no finite number or is negative,
/// an empty field, a row of another length than the first, more or fewer rows than columns.
Result<scenario::Matrix> read_matrix(const std::string& path);

}  // namespace flatline::cli
