#pragma once
// Chen, Toueg and Aguilera's detector for clocks that are not synchronised: it estimates when the
// next heartbeat is expected to arrive.

#include "detect/entry.hpp"
#include "detect/expected_arrival.hpp"
#include "detect/freshness_point.hpp"

namespace flatline::detect {

class NfdEEstimator : public FreshnessPoint {
 public:
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
  [[nodiscard]] bool warmed_up() const { return arrivals_.full(); }

 private:
  ExpectedArrival arrivals_;
  SeqNo newest_ = kNoSeq;
  LocalInstant expected_ = LocalInstant::before_all();
};

Entry nfd_e_entry();

}  // namespace flatline::detect
