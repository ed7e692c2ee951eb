#pragma once
// What the store needs of the file system beyond reading and writing whole files.

#include <string>
#include <string_view>

#include "flatline/base/result.hpp"

namespace flatline::results {

/// How the names of temporary files begin; the rest is the process and a number.
inline constexpr std::string_view kTemporary = ".flatline-tmp-";

/// A problem with the path and what the system says about `error` (an errno).
Problem system_problem(const std::string& path, const std::string& what, int error);

/// Makes the names in a folder survive a power cut. 0, or the errno.
int sync_folder(const std::string& folder);

}  // namespace flatline::results
