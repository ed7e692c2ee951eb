// Detectors that estimate: NFD-E against NFD-U, and how often phi is wrong with a short window.

#include "flatline/detect/registry.hpp"
#include "flatline/oracle/nfd_s.hpp"
#include "flatline/oracle/phi.hpp"
#include "flatline/random/stream.hpp"
#include "support/batch_error.hpp"
#include "support/catch.hpp"
#include "support/worlds.hpp"
#include "unit/oracle/printed.hpp"

namespace flatline::oracle {
namespace {

using test::ms;
using test::s;

/// The share of gaps that outlast the deadline, with its standard error over 20 batches:
/// neighbouring judgements share most of their window.
test::Ratio wrong_share(const std::string& detector, double threshold, int window,
                        const random::Distribution& gap_law) {
  constexpr int kBatch = 100'000;
  const auto setting = test::judged(
      detector, {{"threshold", format_number(threshold)}, {"window", std::to_string(window)}});
  const auto family = detect::make_family(*setting.info, std::span(&setting.setting, 1), {});
  const random::Sampler gap = random::compile(gap_law).value();
  const random::Stream draws = random::StreamFactory(3, 0).stream("gaps/" + detector);
  LocalInstant now{};
  LocalInstant deadline = LocalInstant::never();
  std::vector<double> wrong(20, 0.0);
  const int first = window + 1;
  for (int i = 0; i < first + 20 * kBatch; ++i) {
    now += Duration{gap(draws.bits(static_cast<std::uint64_t>(i)))};
    if (i >= first) wrong[static_cast<std::size_t>((i - first) / kBatch)] += now > deadline ? 1 : 0;
    family->observe(now, {detect::ObservationKind::heartbeat, {}, {i}, now, true});
    family->deadlines(std::span(&deadline, 1));
  }
  qos::Tally shape(0, 20, 0);
  return test::batch_ratio(
      shape, [&](std::size_t b) { return wrong[b]; },
      [&](std::size_t) { return static_cast<double>(kBatch); });
}

}  // namespace

// 4 batch standard errors (alpha 8e-4 each), and at most 8 %: 2e6 judgements, 2000 of them wrong at
// threshold 3.
TEST_CASE("phi with a short window is wrong as often as the closed form says") {
  for (const int window : {10, 20, 100}) {
    for (const double threshold : {1.0, 3.0}) {
      CAPTURE(window, threshold);
      const auto normal = wrong_share("phi_normal", threshold, window,
                                      test::law(random::Family::normal, s(1), 0, {}, ms(100)));
      const double exact = phi_normal_false_positive(threshold, window, Deviation::population);
      CHECK(std::abs(normal.value - exact) <= 4 * normal.error);
      CHECK(normal.value == Approx(exact).epsilon(.08));
      const auto exponential =
          wrong_share("phi_exponential", threshold, window, test::exponential(s(1)));
      const double exact_exponential = phi_exponential_false_positive(threshold, window);
      CHECK(std::abs(exponential.value - exact_exponential) <= 4 * exponential.error);
      CHECK(exponential.value == Approx(exact_exponential).epsilon(.08));
    }
  }
}

// Values for short windows: an independent simulation, good to about half a percent. The exact
// value for a known mean delay is that of NFD-S with shift E(D) + alpha. A window of records only
// would converge to 3.81.
TEST_CASE("NFD-E converges to NFD-U as its window grows, late arrivals included") {
  const DelayLaw law = DelayLaw::exponential(.05).shifted(.05);
  const NfdSQos exact = nfd_s(law, 0, .1, .2);
  CHECK_PRINTED(exact.mistake_recurrence, "5.49685");
  scenario::Scenario scenario =
      test::push_world(1, ms(100), test::exponential(ms(50), ms(50)), 0, s(4e5));
  const char* windows[] = {"1", "4", "16", "64", "1000"};
  const double simulated[] = {2.218, 3.772, 4.894, 5.317, 5.467};
  std::vector<sim::JudgedSetting> settings;
  for (const char* window : windows) {
    settings.push_back(test::judged("nfd_e", {{"safety_margin", "100ms"}, {"window", window}}));
  }
  const auto tally = test::run(scenario, settings, s(200));
  for (std::size_t i = 0; i < settings.size(); ++i) {
    CAPTURE(windows[i]);
    const double recurrence =
        test::measured(tally, i, scenario, "mistake_recurrence_mean_s").mean.value();
    CHECK(recurrence == Approx(simulated[i]).epsilon(.01));
  }
  const test::RowErrors last = test::errors_of(tally, 4);
  CHECK(last.duration.value == Approx(exact.mistake_duration).epsilon(.02));
  CHECK(last.detection.value == Approx(exact.detection_time).epsilon(1e-3));
}

}  // namespace flatline::oracle
