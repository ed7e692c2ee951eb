#pragma once
// The script of the interactive charts, embedded by the build (cmake/FlatlineReportBundle.cmake).

#include <cstddef>
#include <string>

namespace flatline::report {

/// The script, with the licences of what it contains; empty in a build without it.
std::string bundle_script();

/// The embedded bytes (gzip). Only where FLATLINE_REPORT_BUNDLE is defined; zero bytes if making
/// them failed.
extern const unsigned char kBundleBytes[];
extern const std::size_t kBundleSize;

}  // namespace flatline::report
