#pragma once
// The only place that loads shared libraries.

#include <string>

#include "flatline/base/result.hpp"
#include "flatline/detect/plugin.h"

namespace flatline::plugin {

/// Loads a shared library and asks it for its description, which detect::add_plugin() then checks.
/// `path` is a file; it is not searched for. The library stays loaded until the program ends.
/// Loading runs code of the library: load only what you trust. Fails if it cannot be loaded, does
/// not export flatline_detector_plugin(), or throws.
Result<const flatline_plugin*> load(const std::string& path);

}  // namespace flatline::plugin
