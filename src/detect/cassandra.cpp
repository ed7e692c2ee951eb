#include "detect/cassandra.hpp"

#include <cmath>

#include "detect/crossing.hpp"
#include "detect/parameter.hpp"
#include "detect/sample_ring.hpp"
#include "detect/shared_family.hpp"

namespace flatline::detect {
namespace {

// The product's 1.0 / Math.log(10.0).
constexpr double kPhiFactor = 0.43429448190325176;

/// The arrival window of one endpoint, and the guard against pauses of the monitor itself.
class CassandraEstimator {
 public:
  struct Constants {
    double threshold;
  };
  struct View {
    LocalInstant last;        ///< never(): no report yet.
    double mean;              ///< ns.
    LocalInstant tested;      ///< The last look since then that might convict.
    LocalInstant guarded_to;  ///< No look before this may convict.
  };

  CassandraEstimator(const SettingReader& setting, Duration max_interval)
      : seed_(setting.duration("fd_initial_value")),
        max_interval_(max_interval),
        max_local_pause_(setting.duration("max_local_pause")),
        gaps_(setting.count("sample_size")) {}

  void beat(LocalInstant now, const Observation& /*observation*/) {
    if (last_ == LocalInstant::never()) {
      add(seed_.ns);
    } else if (now - last_ <= max_interval_) {
      add((now - last_).ns);
    }
    last_ = now;
    tested_ = LocalInstant::before_all();
  }

  void reset() {
    gaps_.clear();
    sum_ = 0;
    last_ = LocalInstant::never();
    tested_ = LocalInstant::before_all();
  }

  /// As interpret(): after too long a pause between two looks, and for as long again, nobody is
  /// convicted. The pause is the monitor's own, so it outlives a restart of the other side.
  void looked(LocalInstant now) {
    const bool paused = last_look_ != LocalInstant::never() && now - last_look_ > max_local_pause_;
    last_look_ = now;
    if (paused) guarded_to_ = now + max_local_pause_;
    if (now >= guarded_to_) tested_ = now;
  }

  [[nodiscard]] View view() const { return {last_, mean_, tested_, guarded_to_}; }

  [[nodiscard]] static LocalInstant deadline(const View& view, const Constants& setting) {
    if (view.last == LocalInstant::never()) return LocalInstant::never();
    const LocalInstant crossing = crossing_of(view, setting.threshold);
    // Who was convicted stays convicted until the next report.
    return crossing <= view.tested ? crossing : std::max(crossing, view.guarded_to);
  }

  [[nodiscard]] static double level(const View& view, const Constants& /*setting*/,
                                    LocalInstant now) {
    if (view.last == LocalInstant::never()) return 0;
    const std::int64_t silence = (now - view.last).ns;
    return silence == 0 ? 0 : scaled_phi(silence, view.mean);
  }

  [[nodiscard]] bool warmed_up() const { return gaps_.full(); }

 private:
  void add(std::int64_t gap) {
    sum_ += gap - gaps_.push(gap);
    mean_ = static_cast<double>(sum_) / static_cast<double>(gaps_.size());
  }

  /// In the product's order: the quotient first, then the factor.
  static double scaled_phi(std::int64_t silence, double mean) {
    return kPhiFactor * (static_cast<double>(silence) / mean);
  }

  static LocalInstant crossing_of(const View& view, double threshold) {
    // Sums with any instant of a run stay below never().
    constexpr std::int64_t kFar = std::int64_t{1} << 62;
    const std::int64_t guess = nearest_step(threshold / kPhiFactor * view.mean, 1, kFar);
    if (guess == kFar) return LocalInstant::never();
    const std::int64_t silence = first_true(
        1, kFar, guess, [&](std::int64_t ns) { return scaled_phi(ns, view.mean) > threshold; });
    return view.last + Duration{silence};
  }

  Duration seed_;
  Duration max_interval_;
  Duration max_local_pause_;
  SampleRing gaps_;
  std::int64_t sum_ = 0;
  double mean_ = 0;
  LocalInstant last_ = LocalInstant::never();
  LocalInstant tested_ = LocalInstant::before_all();
  LocalInstant last_look_ = LocalInstant::never();
  LocalInstant guarded_to_ = LocalInstant::before_all();
};

/// fd_max_interval, or the release's default.
Duration max_interval_of(const SettingReader& setting) {
  if (const auto given = setting.optional_duration("fd_max_interval")) return *given;
  const Duration seed = setting.duration("fd_initial_value");
  if (setting.choice("release") != "5.0.0-5.0.6") return seed;
  // The default, in nanoseconds, is read as milliseconds there (CASSANDRA-21025).
  return seed.ns > kLongestTime.ns / kNsPerMs ? kLongestTime : seed * kNsPerMs;
}

std::unique_ptr<Family> make(const DetectorInfo& info, std::span<const Setting> settings,
                             const Surroundings& /*surroundings*/) {
  std::vector<CassandraEstimator::Constants> constants;
  constants.reserve(settings.size());
  for (const Setting& setting : settings) {
    constants.push_back({SettingReader(info, setting).number("phi_convict_threshold")});
  }
  const SettingReader first(info, settings.front());
  return std::make_unique<SharedFamily<CassandraEstimator>>(
      CassandraEstimator(first, max_interval_of(first)), std::move(constants));
}

constexpr std::size_t kMaxLocalPause = 3;  // among the parameters

// A pause that is too long is followed by as long a hold.
PauseGuard guard_of(const Setting& setting) {
  const Duration pause = std::get<Duration>(*setting[kMaxLocalPause]);
  return {pause, pause};
}

}  // namespace

Entry cassandra_entry() {
  Entry entry;
  entry.info.name = "cassandra";
  entry.info.summary =
      "Apache Cassandra's failure detector, digit for digit: silence over mean gap, scaled by 1/ln "
      "10.";
  entry.info.notes =
      "The window starts from a seed, and gaps above a longest interval stay out of it. Threshold "
      "8 acts 18.42 mean gaps after the last report. The guard against pauses of the monitor "
      "itself works where the monitor looks now and then (check_every).";
  entry.info.source =
      "Apache Cassandra 3.11 to 5.0, gms/FailureDetector.java (CASSANDRA-2597, CASSANDRA-21025)";
  entry.info.parameters = {
      Parameter::number("phi_convict_threshold",
                        "Level above which the process is convicted (phi_convict_threshold); the "
                        "product allows 5 to 16.")
          .above(0)
          .to(kLargestThreshold)
          .by_default(8.0),
      Parameter::duration("fd_initial_value",
                          "Gap that the window starts from (cassandra.fd_initial_value_ms).")
          .above(0)
          .by_default(seconds(2)),
      Parameter::duration("fd_max_interval",
                          "Longest gap that enters the window (cassandra.fd_max_interval_ms); if "
                          "absent, the release's own default.")
          .above(0)
          .may_be_absent(),
      Parameter::duration("max_local_pause",
                          "Time between two looks above which the monitor mistrusts itself, and "
                          "for how long (cassandra.max_local_pause_in_ms).")
          .above(0)
          .by_default(seconds(5)),
      Parameter::count("sample_size", "Number of latest gaps that are kept.")
          .from(1)
          .to(static_cast<double>(kLargestWindow))
          .by_default(std::int64_t{1000}),
      Parameter::choice("release", {"3.11-4.1", "5.0.0-5.0.6", "5.0.7"},
                        "Whose default fd_max_interval has: fd_initial_value, but in 5.0.0 to "
                        "5.0.6 a million times that, which turns the filter off.")
          .by_default(std::string("5.0.7"))};
  entry.outside_estimator = {"phi_convict_threshold"};
  entry.info.guard = guard_of;
  entry.make = make;
  return entry;
}

}  // namespace flatline::detect
