#pragma once
// Plug-ins (plugin.h) as detectors like any other. This room does not load them: the plugin room
// does, or a program that has the description already.

#include <span>
#include <stdexcept>
#include <string>

#include "flatline/base/result.hpp"
#include "flatline/detect/plugin.h"
#include "flatline/detect/registry.hpp"

namespace flatline::detect {

/// A plug-in broke the contract of plugin.h while it was running: the message names it, what it
/// did, with which parameters and when. Thrown by the functions of its families; whatever was
/// computed with the family is void.
class PluginFault : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Checks a description and adds its detector to detectors(), for the rest of the program: there is
/// one table, so every part of the program sees it. Call it at the start, before a scenario is read
/// and before there are threads. `from` says in messages where the plug-in comes from (its file);
/// `reserved` are names that it may not have. Fails if anything is wrong with the description; then
/// nothing is added. REQUIRES: what `plugin` points to stays until the program ends.
Result<const DetectorInfo*> add_plugin(const flatline_plugin* plugin, const std::string& from,
                                       std::span<const std::string> reserved = {});

}  // namespace flatline::detect
