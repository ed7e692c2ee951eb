#include <algorithm>
#include <cmath>
#include <vector>

#include "fit/lower_hull.hpp"
#include "flatline/base/check.hpp"
#include "flatline/fit/stalls.hpp"

namespace flatline::fit {
namespace {

using Wide = __int128;

constexpr std::size_t kAfter = 16;  // beats that show whether lateness is made good
constexpr std::size_t kStride = 8;  // beats over which lateness that adds up has grown
constexpr std::int64_t kLeastPersistent = 3;

std::int64_t quantile(std::vector<std::int64_t> values, double p) {
  const auto at =
      values.begin() + static_cast<std::ptrdiff_t>(p * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

/// The sends in order of slots with the typical interval between them.
struct Course {
  std::vector<Send> sends;
  std::int64_t typical = 0;       // the median gap for one place
  std::vector<std::int64_t> off;  // sent less slot * typical, from the first
};

Course course_of(std::span<const Send> sends) {
  Course course;
  course.sends.assign(sends.begin(), sends.end());
  std::stable_sort(course.sends.begin(), course.sends.end(),
                   [](const Send& a, const Send& b) { return a.slot < b.slot; });
  std::vector<std::int64_t> gaps;
  for (std::size_t i = 1; i < course.sends.size(); ++i) {
    const std::int64_t places = course.sends[i].slot - course.sends[i - 1].slot;
    if (places <= 0) continue;
    gaps.push_back((course.sends[i].sent_ns - course.sends[i - 1].sent_ns) / places);
  }
  FLATLINE_CHECK(!gaps.empty(), "sends at two places of the grid");
  course.typical = std::max<std::int64_t>(1, quantile(gaps, 0.5));
  const Send& first = course.sends.front();
  // Numbers that leap where time does not: as far off as two instants can be.
  constexpr Wide kFarthest = 2 * static_cast<Wide>(kLongestTime.ns);
  for (const Send& send : course.sends) {
    const Wide due = static_cast<Wide>(send.slot - first.slot) * course.typical;
    const Wide off = static_cast<Wide>(send.sent_ns - first.sent_ns) - due;
    course.off.push_back(static_cast<std::int64_t>(std::clamp(off, -kFarthest, kFarthest)));
  }
  return course;
}

/// What of beat i's lateness the beats after it still have: the least of them.
std::int64_t kept_after(const Course& course, std::size_t i) {
  const std::size_t end = std::min(course.off.size(), i + 1 + kAfter);
  std::int64_t kept = course.off[i] - course.off[i - 1];
  for (std::size_t j = i + 1; j < end; ++j) {
    kept = std::min(kept, course.off[j] - course.off[i - 1]);
  }
  return kept;
}

/// Beats that left a quarter of an interval late or more against the one before, by what became of
/// it.
struct Jumps {
  std::int64_t made_good = 0;
  std::int64_t persistent = 0;       // neither made good nor whole intervals
  std::vector<std::int64_t> places;  // whole intervals by which all beats after i moved
};

Jumps jumps_of(const Course& course) {
  Jumps jumps;
  jumps.places.assign(course.off.size(), 0);
  for (std::size_t i = 1; i + 1 < course.off.size(); ++i) {
    const std::int64_t late = course.off[i] - course.off[i - 1];
    if (late < course.typical / 4) continue;
    const std::int64_t kept = kept_after(course, i);
    const std::int64_t whole = (kept + course.typical / 2) / course.typical;
    if (kept < late / 2) {
      ++jumps.made_good;
    } else if (whole >= 1 && std::abs(kept - whole * course.typical) < course.typical / 20) {
      jumps.places[i] = whole;
      ++jumps.made_good;
    } else {
      ++jumps.persistent;
    }
  }
  return jumps;
}

/// Width of the middle half of the changes of lateness over some beats.
double spread_over(const Course& course, std::size_t stride) {
  std::vector<std::int64_t> changes;
  for (std::size_t i = stride; i < course.off.size(); ++i) {
    changes.push_back(course.off[i] - course.off[i - stride]);
  }
  return static_cast<double>(quantile(changes, 0.75) - quantile(changes, 0.25));
}

/// Whether small lateness adds up as well: it then spreads as the square root of time, without end
/// (2.8 times over eight times the beats). On a grid it does not, though it may keep for some
/// beats.
bool wanders(const Course& course) {
  const std::size_t n = course.off.size();
  if (n < 32 * kStride) return false;
  const std::size_t stride = n < 256 * kStride ? kStride : 8 * kStride;
  const double narrow = spread_over(course, stride);
  return narrow > 2 * spread_over(course, 1) && spread_over(course, 8 * stride) > 1.8 * narrow;
}

}  // namespace

Lateness lateness(std::span<const Send> sends, Duration interval) {
  FLATLINE_CHECK(sends.size() >= 2 && interval.ns > 0, "two sends and an interval");
  const Course course = course_of(sends);
  const Jumps jumps = jumps_of(course);
  Lateness out;
  out.late_ns.reserve(sends.size());
  out.free_running = (jumps.persistent >= kLeastPersistent && jumps.persistent > jumps.made_good) ||
                     wanders(course);
  // By place: the order given may be another one.
  std::vector<std::int64_t> late(course.sends.size(), 0);
  if (out.free_running) {
    out.measured_interval_s = static_cast<double>(course.typical) * 1e-9;
    for (std::size_t i = 1; i < late.size(); ++i) {
      late[i] = std::max<std::int64_t>(0, course.off[i] - course.off[i - 1]);
    }
  } else {
    std::vector<Point> points;
    std::int64_t moved = 0;
    for (std::size_t i = 0; i < course.sends.size(); ++i) {
      points.push_back({course.sends[i].slot + moved, course.sends[i].sent_ns});
      moved += jumps.places[i];
    }
    std::vector<Point> sorted = points;
    const Edge edge = lower_edge(sorted);
    out.measured_interval_s = edge.slope() * 1e-9;
    for (std::size_t i = 0; i < late.size(); ++i) late[i] = edge.height(points[i]);
  }
  for (const Send& send : sends) {
    const auto at = std::lower_bound(course.sends.begin(), course.sends.end(), send,
                                     [](const Send& a, const Send& b) { return a.slot < b.slot; });
    out.late_ns.push_back(late[static_cast<std::size_t>(at - course.sends.begin())]);
  }
  return out;
}

}  // namespace flatline::fit
