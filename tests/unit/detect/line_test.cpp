// Runs of heartbeats and lines of deadlines say what one observation after the other says.

#include "flatline/detect/line.hpp"

#include <optional>
#include <string>
#include <vector>

#include "kit.hpp"
#include "support/catch.hpp"

using namespace flatline;
using namespace flatline::detect;
using kit::Example;

namespace {

/// What observe_run() writes.
struct Lines {
  Lines(const Family& family, std::size_t beats)
      : base(family.lines(), std::vector<LocalInstant>(beats)),
        slope(family.sloped() ? family.lines() : 0, std::vector<Slope>(beats)) {}

  std::vector<LineRun> runs() {
    std::vector<LineRun> out(base.size());
    for (std::size_t l = 0; l < base.size(); ++l) {
      out[l].base = base[l].data();
      if (!slope.empty()) out[l].slope = slope[l].data();
    }
    return out;
  }
  [[nodiscard]] Line at(std::size_t line, std::size_t beat) const {
    return {base[line][beat], slope.empty() ? Slope{} : slope[line][beat]};
  }

  std::vector<std::vector<LocalInstant>> base;
  std::vector<std::vector<Slope>> slope;
};

bool same(const Line& a, const Line& b) {
  return a.base == b.base && a.slope.per_factor == b.slope.per_factor &&
         a.slope.fraction == b.slope.fraction;
}

/// Demands that the lines give the deadlines of all settings.
void require_lines_agree(const Family& family) {
  std::vector<Line> lines(family.lines());
  family.read_lines(lines);
  const auto deadlines = kit::deadlines_of(family);
  for (std::size_t i = 0; i < family.size(); ++i) {
    const Place place = family.place(i);
    REQUIRE(place.line < lines.size());
    const LocalInstant found = deadline_on(lines[place.line], place);
    if (found != deadlines[i] || found != family.deadline(i)) {
      CAPTURE(i, found.ns, deadlines[i].ns, family.deadline(i).ns);
      REQUIRE(found == deadlines[i]);
      REQUIRE(found == family.deadline(i));
    }
  }
}

/// A sender whose heartbeats all come, in order, with gaps that `gap` draws.
class Sender {
 public:
  Sender(std::uint64_t seed, std::int64_t shortest, std::int64_t spread)
      : random_(seed), shortest_(shortest), spread_(spread) {}

  /// The next `count` beats.
  Beats next(std::size_t count) {
    at_.clear();
    seq_.clear();
    sent_.clear();
    for (std::size_t i = 0; i < count; ++i) {
      const kit::Arrival arrival = one();
      at_.push_back(arrival.at);
      seq_.push_back(arrival.observation.seq);
      sent_.push_back(arrival.observation.sent_at);
    }
    return {at_, seq_, sent_};
  }

  /// An arrival of a heartbeat long overtaken, now.
  kit::Arrival late() {
    now_ += random_.below(spread_ + 1);
    return kit::beat(now_, number_ - random_.below(6), now_ - 5 * shortest_);
  }
  [[nodiscard]] LocalInstant now() const { return LocalInstant{now_}; }
  std::int64_t below(std::int64_t limit) { return random_.below(limit); }

 private:
  kit::Arrival one() {
    const std::int64_t gap = shortest_ + random_.below(spread_);
    now_ += gap;
    number_ += 1 + (random_.below(9) == 0 ? 1 : 0);  // one is lost now and then
    return kit::beat(now_, number_, now_ - gap / 3);
  }

  kit::Random random_;
  std::int64_t shortest_;
  std::int64_t spread_;
  std::int64_t now_ = -7'000'000'000;
  std::int64_t number_ = 0;
  std::vector<LocalInstant> at_;
  std::vector<SeqNo> seq_;
  std::vector<LocalInstant> sent_;
};

/// Gives `whole` the beats as one run and `single` one by one, and compares all that is said.
void require_same_run(Family& whole, Family& single, const Beats& beats, Incarnation incarnation) {
  Lines lines(whole, beats.at.size());
  whole.observe_run(beats, incarnation, lines.runs());
  std::vector<Line> now(single.lines());
  for (std::size_t k = 0; k < beats.at.size(); ++k) {
    single.observe(beats.at[k],
                   {ObservationKind::heartbeat, incarnation, beats.seq[k], beats.sent_at[k], true});
    single.read_lines(now);
    for (std::size_t l = 0; l < now.size(); ++l) {
      if (same(lines.at(l, k), now[l])) continue;
      CAPTURE(l, k, lines.at(l, k).base.ns, now[l].base.ns);
      REQUIRE(same(lines.at(l, k), now[l]));
    }
    require_lines_agree(single);
  }
  REQUIRE(kit::deadlines_of(whole) == kit::deadlines_of(single));
}

/// Runs of random lengths, with a late beat, a duplicate or a restart between them.
void compare(Family& whole, Family& single, Sender& sender, int runs, std::int64_t longest) {
  require_lines_agree(whole);
  Incarnation incarnation{};
  for (int r = 0; r < runs; ++r) {
    require_same_run(whole, single,
                     sender.next(static_cast<std::size_t>(1 + sender.below(longest))), incarnation);
    kit::Arrival between = sender.late();
    between.observation.incarnation = incarnation;
    if (sender.below(8) == 0) {
      incarnation = Incarnation{incarnation.value + 1};
      between.observation.kind = ObservationKind::restarted;
      between.observation.incarnation = incarnation;
    } else if (sender.below(2) == 0) {
      continue;
    }
    for (Family* family : {&whole, &single}) {
      family->observe(sender.now(), between.observation);
    }
    require_lines_agree(whole);
    REQUIRE(kit::deadlines_of(whole) == kit::deadlines_of(single));
  }
}

/// Some value of a parameter, another one for each k.
Value made_up(const ParameterInfo& parameter, int k) {
  switch (parameter.type) {
    case ParameterType::duration:
      return milliseconds(1 + 450 * k);
    case ParameterType::count:
      return std::max<std::int64_t>(1, static_cast<std::int64_t>(parameter.min)) + 9 * k;
    case ParameterType::choice:
      return parameter.choices[static_cast<std::size_t>(k) % parameter.choices.size()];
    case ParameterType::number:
      break;
  }
  const double near = parameter.min + 0.3 + 0.7 * k;
  return check_value(parameter, near) ? (parameter.min + parameter.max) / 2 : near;
}

/// A setting made up as a whole, and all that share a family with it and differ in one parameter.
std::vector<Setting> settings_of(const DetectorInfo& info, int variant) {
  Setting first;
  for (const ParameterInfo& parameter : info.parameters) {
    const bool absent = parameter.optional && variant % 2 == 0;
    first.push_back(absent ? parameter.default_value : made_up(parameter, variant));
  }
  std::vector<Setting> out{first};
  for (std::size_t p = 0; p < first.size(); ++p) {
    for (int k = 0; k < 4; ++k) {
      Setting other = first;
      other[p] = made_up(info.parameters[p], 2 * k);
      if (other != first && share_family(info, first, other)) out.push_back(other);
    }
  }
  return out;
}

std::unique_ptr<Family> example_family(const Example& example) {
  return kit::family_of(example.name, example.settings);
}

}  // namespace

TEST_CASE("A run of heartbeats says what one after the other says, for every example") {
  for (const Example& example : kit::examples()) {
    for (const std::uint64_t seed : {1u, 2u, 3u}) {
      CAPTURE(example.name, seed);
      const auto whole = example_family(example);
      const auto single = example_family(example);
      Sender sender(seed, 900'000'000, 200'000'000);
      compare(*whole, *single, sender, 60, 30);
    }
  }
}

TEST_CASE("A run of heartbeats says what one after the other says, for every detector") {
  for (const DetectorInfo& info : detectors()) {
    for (int variant = 0; variant < 4; ++variant) {
      CAPTURE(info.name, variant);
      const auto settings = settings_of(info, variant);
      CHECK(settings.size() > 1);
      const Surroundings surroundings{seconds(1), nullptr};
      const auto whole = make_family(info, settings, surroundings);
      const auto single = make_family(info, settings, surroundings);
      Sender sender(static_cast<std::uint64_t>(variant) + 10, 900'000'000, 200'000'000);
      compare(*whole, *single, sender, 40, 60);
    }
  }
}

TEST_CASE("An empty run changes nothing") {
  for (const Example& example : kit::examples()) {
    CAPTURE(example.name);
    const auto family = example_family(example);
    kit::feed(*family, kit::rough_traffic(3, 20));
    const auto before = kit::deadlines_of(*family);
    Lines lines(*family, 0);
    family->observe_run({}, {}, lines.runs());
    CHECK(kit::deadlines_of(*family) == before);
  }
}

TEST_CASE("A run that goes back in time, or of an incarnation that is gone, is refused") {
  const std::vector<LocalInstant> at{LocalInstant{5}, LocalInstant{6}};
  const std::vector<SeqNo> seq{SeqNo{1}, SeqNo{2}};
  for (const Example& example : kit::examples()) {
    CAPTURE(example.name);
    const auto family = example_family(example);
    Lines lines(*family, 2);
    Observation restarted;
    restarted.kind = ObservationKind::restarted;
    restarted.incarnation = Incarnation{2};
    family->observe(LocalInstant{6}, restarted);
    CHECK_THROWS_AS(family->observe_run({at, seq, at}, Incarnation{2}, lines.runs()),
                    ContractViolation);
    const std::vector<LocalInstant> later{LocalInstant{6}, LocalInstant{7}};
    CHECK_THROWS_AS(family->observe_run({later, seq, later}, Incarnation{1}, lines.runs()),
                    ContractViolation);
    CHECK_NOTHROW(family->observe_run({later, seq, later}, Incarnation{2}, lines.runs()));
    CHECK_THROWS_AS(family->observe(LocalInstant{6}, restarted), ContractViolation);
  }
}

TEST_CASE("Timeouts, shifts and margins lie on one line without a slope") {
  struct Shifted {
    const char* name;
    const char* parameter;
    Duration beyond{};  ///< What else its settings add to the parameter.
  };
  for (const Shifted& shifted :
       {Shifted{"fixed_timeout", "timeout"}, Shifted{"nfd_s", "shift"},
        Shifted{"nfd_u", "safety_margin", milliseconds(40)}, Shifted{"nfd_e", "safety_margin"},
        Shifted{"two_window", "safety_margin"},
        Shifted{"akka_deadline", "acceptable_heartbeat_pause", seconds(3)},
        Shifted{"hazelcast", "max_no_heartbeat"}, Shifted{"session", "timeout"}}) {
    CAPTURE(shifted.name);
    const std::vector<Duration> values{milliseconds(1), milliseconds(400), seconds(70)};
    std::vector<kit::Named> settings;
    for (const Duration value : values) {
      settings.push_back({{shifted.parameter, value}});
      if (shifted.name == std::string("nfd_u")) {
        settings.back().push_back({"expected_delay", milliseconds(40)});
      }
      if (shifted.name == std::string("session")) {
        settings.back().push_back({"expiry", std::string("plain")});
      }
    }
    const auto family = kit::family_of(shifted.name, settings);
    CHECK(family->lines() == 1);
    CHECK(!family->sloped());
    for (std::size_t i = 0; i < family->size(); ++i) {
      CHECK(family->place(i).shift == values[i] + shifted.beyond);
      CHECK(family->place(i).factor == 0);
    }
  }
}

TEST_CASE("Sessions that leave the same rest of a tick lie on one line") {
  std::vector<kit::Named> settings;
  for (const int ms : {500, 2500, 600, 3000}) {
    settings.push_back({{"timeout", milliseconds(ms)}, {"tick", milliseconds(400)}});
  }
  const auto family = kit::family_of("session", settings);
  CHECK(family->lines() == 2);
  CHECK(!family->sloped());
  CHECK(family->place(0).line == family->place(1).line);
  CHECK(family->place(2).line == family->place(3).line);
  CHECK(family->place(1).shift - family->place(0).shift == seconds(2));
}

TEST_CASE("phi_logistic has the lines of phi_normal, ed that of phi_exponential") {
  const std::vector<kit::Named> settings{{{"threshold", 0.2}}, {{"threshold", 0.9}}};
  for (const char* name : {"phi_logistic", "ed"}) {
    CAPTURE(name);
    const auto family = kit::family_of(name, settings);
    CHECK(family->lines() == 1);
    CHECK(family->sloped());
    CHECK(family->place(0).factor < family->place(1).factor);
  }
}

TEST_CASE("phi_normal has a line for each floor and pause, phi_exponential one") {
  std::vector<kit::Named> settings;
  for (const int floor : {0, 5, 10}) {
    for (const int pause : {0, 700}) {
      for (const double phi : {1.0, 8.0}) {
        settings.push_back({{"threshold", phi},
                            {"min_deviation", milliseconds(floor)},
                            {"acceptable_pause", milliseconds(pause)}});
      }
    }
  }
  const auto normal = kit::family_of("phi_normal", settings);
  CHECK(normal->lines() == 6);
  CHECK(normal->sloped());
  for (std::size_t i = 0; i < normal->size(); ++i) CHECK(normal->place(i).line == i / 2);
  const auto exponential =
      kit::family_of("phi_exponential", {{{"threshold", 1.0}}, {{"threshold", 8.0}}});
  CHECK(exponential->lines() == 1);
  CHECK(exponential->sloped());
  CHECK(exponential->place(0).factor < exponential->place(1).factor);
}

TEST_CASE("Lines of phi hold for gaps of a nanosecond and of years, up to the end of time") {
  struct Gaps {
    std::int64_t shortest;
    std::int64_t spread;
    int runs;
    std::int64_t longest;
  };
  // Beyond 2^61 ns no instant may lie: fewer beats where the gaps are long.
  const std::int64_t year = std::int64_t{1} << 55;
  for (const Gaps& gaps : {Gaps{0, 1, 30, 20}, Gaps{1, 1, 30, 20}, Gaps{0, 2, 30, 20},
                           Gaps{0, 70'000, 30, 20}, Gaps{std::int64_t{1} << 44, 1 << 30, 30, 20},
                           Gaps{year, year, 5, 4}, Gaps{16 * year, 1, 3, 1}}) {
    for (const char* name : {"phi_normal", "phi_logistic", "phi_exponential"}) {
      for (const std::int64_t window : {1, 2, 3, 16}) {
        CAPTURE(name, window, gaps.shortest, gaps.spread);
        std::vector<kit::Named> settings;
        for (const double phi : {1e-300, 0.1, 8.0, 10000.0}) {
          settings.push_back({{"threshold", phi}, {"window", window}});
          if (std::string(name) == "phi_exponential") continue;
          for (const Duration span : {nanoseconds(1), kLongestTime}) {
            settings.push_back(settings.back());
            settings.back().push_back({"min_deviation", span});
            settings.push_back(settings.back());
            settings.back().push_back({"acceptable_pause", span});
          }
        }
        const auto whole = kit::family_of(name, settings);
        const auto single = kit::family_of(name, settings);
        Sender sender(static_cast<std::uint64_t>(window), gaps.shortest, gaps.spread);
        compare(*whole, *single, sender, gaps.runs, gaps.longest);
      }
    }
  }
}

TEST_CASE("A deadline on a line is cut to what an instant can hold") {
  const Slope slope{__int128{1} << 76, 0};
  const std::int64_t one = std::int64_t{1} << 32;
  CHECK(deadline_on({3}, slope, {}, 7 * one).ns == 3 + 7 * (std::int64_t{1} << 60));
  CHECK(deadline_on({3}, slope, {}, 8 * one) == LocalInstant::never());
  CHECK(deadline_on({3}, slope, {}, -9 * one) == LocalInstant::before_all());
  CHECK(deadline_on(LocalInstant::never(), slope, seconds(-5), -one) == LocalInstant::never());
  CHECK(deadline_on(LocalInstant::before_all(), slope, seconds(5), one) ==
        LocalInstant::before_all());
}

TEST_CASE("A deadline on a line is rounded up once, from base and slope together") {
  // 2^-48 ns above a whole one, and exactly one.
  CHECK(deadline_on({10}, {1, 0}, {}, 1).ns == 11);
  CHECK(deadline_on({10}, {1, 0}, {}, -1).ns == 10);
  CHECK(deadline_on({10}, {1 << 16, 0}, {}, std::int64_t{1} << 32).ns == 11);
  CHECK(deadline_on({10}, {1 << 15, 1 << 15}, {5}, std::int64_t{1} << 32).ns == 16);
  CHECK(deadline_on({10}, {1 << 15, (1 << 15) + 1}, {5}, std::int64_t{1} << 32).ns == 17);
  CHECK(deadline_on({10}, {1 << 15, 1 << 15}, {5}, -(std::int64_t{1} << 32)).ns == 15);
}
