#include "flatline/plugin/load.hpp"

#include <dlfcn.h>

namespace flatline::plugin {
namespace {

std::string reason() {
  const char* text = dlerror();
  return text != nullptr ? text : "no reason given";
}

Problem wrong(const std::string& path, std::string message, std::string expected = {}) {
  Problem problem;
  problem.message = path + ": " + std::move(message);
  problem.expected = std::move(expected);
  return problem;
}

}  // namespace

Result<const flatline_plugin*> load(const std::string& path) {
  // Without a slash dlopen would search the system's folders.
  const std::string file = path.find('/') == std::string::npos ? "./" + path : path;
  void* const library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr)
    return wrong(path, "it cannot be loaded: " + reason(), "a shared library");
  const auto describe =
      reinterpret_cast<flatline_detector_plugin_function>(dlsym(library, FLATLINE_PLUGIN_SYMBOL));
  if (describe == nullptr) {
    return wrong(path, "it is no flatline plug-in: it does not export " FLATLINE_PLUGIN_SYMBOL "()",
                 "a library as docs/PLUGINS.md describes");
  }
  try {
    return describe();
  } catch (...) {
    return wrong(path, FLATLINE_PLUGIN_SYMBOL "() threw a C++ exception");
  }
}

}  // namespace flatline::plugin
