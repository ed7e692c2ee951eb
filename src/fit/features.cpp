#include "fit/features.hpp"

#include <algorithm>
#include <cmath>

#include "fit/correlation.hpp"
#include "flatline/base/text.hpp"

namespace flatline::fit {
namespace {

std::string percent(double share) {
  return format_number(100 * share, 3) + " %";
}

class Checker {
 public:
  Checker(const Prepared& p, TraceFit& out) : p_(p), out_(out) {}

  void check() {
    check_grid();
    check_delay();
    check_independence();
    check_order();
    check_loss();
    check_stalls("stalls of the sender", out_.sender);
    if (out_.way) check_stalls("hold-ups on the way", *out_.way);
    if (out_.monitor) check_stalls("stalls of the monitor", *out_.monitor);
  }

 private:
  void test(std::string name, double p_value, const std::string& found) {
    out_.features.push_back(tested(std::move(name), p_value, found));
  }
  void state(std::string name, bool holds, std::string found) {
    out_.features.push_back({std::move(name), holds, std::nullopt, std::move(found)});
  }

  void check_grid() {
    if (!out_.free_running) {
      state("heartbeats keep to a grid", true,
            "every " + format_duration(out_.interval) + (out_.nominal ? "" : ", as measured"));
      return;
    }
    state("heartbeats keep to a grid", false,
          "each interval starts at the last send; the model draws each gap, evenly spread by " +
              percent(out_.jitter_ratio));
  }

  void check_delay() {
    if (out_.families.empty()) {
      state("the delay follows a law", true,
            "too few heartbeats to tell, the recorded delays are drawn");
      return;
    }
    const LawFit& best = out_.families.front();
    test("the delay follows a law", best.goodness.p_value,
         std::string(name_of(best.law.family)) + " fits best, off by at most " +
             percent(best.goodness.distance) + " of the heartbeats" + how_far(out_.delay_too_far));
  }

  void check_independence() {
    const RankCorrelation found = rank_correlation(out_.in_order);
    out_.correlation = found.lags;
    out_.correlation_bound = found.bound;
    if (found.p_value) test("successive delays are independent", *found.p_value, found.text());
  }

  // Whether independent delays would overtake each other more often than these did.
  void check_order() {
    const double expected = expected_overtakings(out_.delays, p_.interval);
    out_.fifo = expected >= 5 && out_.reordered == 0;
    const auto seen = static_cast<double>(out_.reordered);
    const bool holds = out_.fifo || std::abs(seen - expected) <= 4 * std::sqrt(expected + 1) + 1;
    state("order of arrival", holds,
          std::to_string(out_.reordered) + " overtaken, independent delays give about " +
              format_number(expected, 3) + (out_.fifo ? "; the model keeps the order (fifo)" : ""));
  }

  void check_loss() {
    if (!out_.loss || out_.loss->lost == 0) return;
    const LossFit& loss = *out_.loss;
    const std::string law = loss.choose_bursts ? "Gilbert-Elliott" : "independent loss";
    const std::string seen =
        std::to_string(loss.lost) + " of " + std::to_string(loss.sent) + " lost";
    test("lengths of loss bursts", loss.burst_p_value, law + ", " + seen);
    test("gaps between losses", loss.gap_p_value, law + ", " + seen);
  }

  void check_stalls(const std::string& name, const StallPart& stalls) {
    if (stalls.seen == 0) return;
    const std::string seen =
        std::to_string(stalls.seen) + " longer than " + format_duration(stalls.threshold);
    if (!stalls.length) {
      state(name, true, seen + ": too few for a law, the recorded lengths are drawn");
      return;
    }
    test(name + ": lengths", stalls.length->goodness.p_value,
         std::string(name_of(stalls.length->law.family)) + ", " + seen + how_far(stalls.too_far));
    test(name + ": come at random", stalls.dispersion_p_value, seen);
  }

  const Prepared& p_;
  TraceFit& out_;
};

}  // namespace

Feature tested(std::string name, double p_value, const std::string& found) {
  const std::string p = p_value < 1e-4 ? "p < 0.0001" : "p = " + format_number(p_value, 2);
  return {std::move(name), p_value >= kLeastPValue, p_value, found + ", " + p};
}

std::string how_far(bool too_far) {
  return too_far ? ", but goes far beyond the record, which is drawn instead" : "";
}

void check_features(const Prepared& p, TraceFit& out) {
  Checker(p, out).check();
}

}  // namespace flatline::fit
