#pragma once
// Chen, Toueg and Aguilera's detector for clocks that are not synchronised: it estimates when the
// next heartbeat is expected to arrive.

#include <limits>

#include "detect/entry.hpp"
#include "detect/expected_arrival.hpp"

namespace flatline::detect {

class NfdEEstimator {
 public:
  struct Constants {
    Duration safety_margin;
  };
  struct View {
    LocalInstant
        expected;  ///< When the heartbeat after the newest is expected; before_all(): none yet.
  };

  static constexpr bool kSlopes = false;

  NfdEEstimator(Duration interval, std::int64_t window) : arrivals_(interval, window) {}

  /// REQUIRES: |seq| * interval <= kLongestTime.
  void beat(LocalInstant now, const Observation& observation) {
    arrivals_.add(now, observation.seq);
    if (observation.seq <= newest_) return;
    newest_ = observation.seq;
    expected_ = arrivals_.after(newest_);
  }

  template <typename Emit>
  void run(const Beats& beats, Emit emit) {
    std::size_t filled = 0;
    for (; filled < beats.at.size() && !arrivals_.full(); ++filled) {
      Observation observation;
      observation.seq = beats.seq[filled];
      beat(beats.at[filled], observation);
      emit(filled, view());
    }
    const auto seq = beats.seq.subspan(filled);
    SeqNo newest = newest_;
    LocalInstant expected = expected_;
    arrivals_.slide(beats.at.subspan(filled), seq, [&](std::size_t i, LocalInstant after) {
      if (seq[i] > newest) {
        newest = seq[i];
        expected = after;
      }
      emit(filled + i, View{expected});
    });
    newest_ = newest;
    expected_ = expected;
  }

  void reset() {
    arrivals_.reset();
    newest_ = kNoSeq;
    expected_ = LocalInstant::before_all();
  }
  [[nodiscard]] View view() const { return {expected_}; }
  [[nodiscard]] static bool same_line(const Constants& /*a*/, const Constants& /*b*/) {
    return true;
  }
  [[nodiscard]] static Line line(const View& view, const Constants& /*setting*/) {
    return {view.expected, {}};
  }
  [[nodiscard]] static Place place(const Constants& setting) {
    return {0, setting.safety_margin, 0};
  }
  /// Seconds past the freshness point: it suspects at 0. Infinite before the first heartbeat.
  [[nodiscard]] static double level(const View& view, const Constants& setting, LocalInstant now) {
    if (view.expected == LocalInstant::before_all()) return std::numeric_limits<double>::infinity();
    return (now - (view.expected + setting.safety_margin)).seconds();
  }
  [[nodiscard]] bool warmed_up() const { return arrivals_.full(); }

 private:
  ExpectedArrival arrivals_;
  SeqNo newest_ = kNoSeq;
  LocalInstant expected_ = LocalInstant::before_all();
};

Entry nfd_e_entry();

}  // namespace flatline::detect
