// Plug-ins in the process: what stands between their functions and the judge. In a program of its
// own, because what is added to the table of detectors stays there.

#include "flatline/detect/plugin.hpp"

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <string>

#include "flatline/plugin/load.hpp"
#include "support/catch.hpp"

using namespace flatline;
using namespace flatline::detect;

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

int living = 0;          // detectors that were made and not destroyed
std::string parameters;  // what the last create() was given
std::uint64_t drawn = 0;
std::int64_t given_interval = 0;
int kinds_seen = 0;  // a bit per kind
bool changes = false, falls = false, is_nan = false, refuses = false;

struct Timer {
  std::int64_t timeout, last;
};

const Timer& of(const void* detector) {
  return *static_cast<const Timer*>(detector);
}

void* create(const char* text, const flatline_surroundings* around, char* error, size_t size) {
  parameters = text;
  given_interval = around->heartbeat_interval;
  if (around->draw != nullptr) drawn = around->draw(around->draw_context, "test", 7);
  if (refuses) {
    std::strncpy(error, "not today", size);
    return nullptr;
  }
  ++living;
  const char* timeout = flatline_value_of(text, "timeout");
  return new Timer{timeout != nullptr ? std::strtoll(timeout, nullptr, 10) : kSecond, 0};
}
void* clone(const void* detector) {
  ++living;
  return new Timer(of(detector));
}
void destroy(void* detector) {
  --living;
  delete static_cast<Timer*>(detector);
}
std::int32_t observe(void* detector, const flatline_observation* observation) {
  kinds_seen |= 1 << observation->kind;
  if (observation->kind <= FLATLINE_REPLY) static_cast<Timer*>(detector)->last = observation->now;
  return 0;
}
std::int64_t deadline(const void* detector) {
  return of(detector).last + of(detector).timeout + (changes ? 1 : 0);
}
double suspicion(const void* detector, std::int64_t now) {
  if (is_nan) return std::nan("");
  const double silence = static_cast<double>(now - of(detector).last);
  return (falls ? -silence : silence) / static_cast<double>(of(detector).timeout);
}

const char* const kWords[] = {"any", "newest", nullptr};
const flatline_parameter kParameters[] = {
    {"timeout", FLATLINE_DURATION, FLATLINE_MIN_EXCLUSIVE, nullptr, 0, 0, nullptr, "Silence."},
    {"weight", FLATLINE_NUMBER, 0, "0.1", -5, 5, nullptr, "A number."},
    {"window", FLATLINE_COUNT, FLATLINE_OPTIONAL, nullptr, 1, 9, nullptr, "A count."},
    {"restart_on", FLATLINE_CHOICE, 0, "any", 0, 0, kWords, "A word."},
};

flatline_plugin description(const char* name) {
  return {FLATLINE_PLUGIN_ABI,
          sizeof(flatline_plugin),
          name,
          "A timer.",
          nullptr,
          0,
          sizeof(flatline_parameter),
          4,
          kParameters,
          create,
          clone,
          destroy,
          observe,
          deadline,
          suspicion,
          nullptr};
}

/// What a test adds stays until the end of the program.
const flatline_plugin* keep(const flatline_plugin& plugin) {
  static std::deque<flatline_plugin> kept;
  return &kept.emplace_back(plugin);
}

const DetectorInfo& timer() {
  static const DetectorInfo* const kInfo = add_plugin(keep(description("timer")), "test").value();
  return *kInfo;
}

std::unique_ptr<Family> timer_family(Duration interval = seconds(1), const Draws* draws = nullptr) {
  const Setting setting = read_setting(timer(), {{"timeout", "3s"}}).value();
  return make_family(timer(), std::span(&setting, 1), {interval, draws});
}

Observation beat(std::int64_t seq, std::uint32_t incarnation = 0) {
  return {ObservationKind::heartbeat, {incarnation}, {seq}, {}, true};
}

std::string fault_of(Family& family, LocalInstant now) {
  try {
    family.observe(now, beat(1));
  } catch (const PluginFault& fault) {
    return fault.what();
  }
  return "no fault";
}

std::string refusal_of(const flatline_plugin* plugin) {
  const std::vector<std::string> reserved{"link"};
  const std::size_t before = detectors().size();
  const auto added = add_plugin(plugin, "it.so", reserved);
  CHECK(detectors().size() == before);
  return added.ok() ? "accepted" : text_of(added.problems());
}

}  // namespace

TEST_CASE("A plug-in's detector is found, listed and made like any other") {
  const DetectorInfo& info = timer();
  CHECK(find_detector("timer") == &info);
  CHECK(detectors().back().name == "timer");
  REQUIRE(info.parameters.size() == 4);
  CHECK(info.parameters[0].min_exclusive);
  CHECK(info.parameters[2].optional);
  CHECK(info.parameters[3].choices == std::vector<std::string>{"any", "newest"});
  CHECK(info.source == "plug-in test");
  const auto family = timer_family(milliseconds(20));
  CHECK(parameters == R"({"timeout":3000000000,"weight":0.1,"restart_on":"any"})");
  CHECK(given_interval == 20'000'000);
  CHECK(family->warmed_up(0));
}

TEST_CASE("Pointers into the table stay valid when plug-ins are added") {
  const DetectorInfo* before = find_detector("fixed_timeout");
  REQUIRE(add_plugin(keep(description("another")), "test").ok());
  CHECK(find_detector("fixed_timeout") == before);
  CHECK(before->name == "fixed_timeout");
}

TEST_CASE("It says what fixed_timeout says, through losses of order, restarts and old heartbeats") {
  const auto theirs = timer_family();
  const DetectorInfo& info = *find_detector("fixed_timeout");
  const Setting setting = read_setting(info, {{"timeout", "3s"}}).value();
  const auto ours = make_family(info, std::span(&setting, 1), {});
  std::uint64_t state = 1;
  std::uint32_t incarnation = 0;
  LocalInstant now{-50 * kSecond};
  for (int i = 0; i < 2000; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    const auto random = static_cast<std::int64_t>(state >> 33);
    now += Duration{random % (2 * kSecond)};
    Observation observation = beat(random % 40, random % 5 == 0 ? 0 : incarnation);
    if (random % 50 == 0) observation = {ObservationKind::restarted, {++incarnation}, {}, {}, true};
    if (random % 7 == 0) observation.kind = ObservationKind::probe_failed;
    theirs->observe(now, observation);
    ours->observe(now, observation);
    REQUIRE(theirs->deadline(0) == ours->deadline(0));
    if (ours->deadline(0) == LocalInstant::never()) continue;
    REQUIRE(theirs->suspicion(0, now + seconds(1)) == ours->suspicion(0, now + seconds(1)));
  }
  CHECK(incarnation > 10);
}

TEST_CASE("A copy goes its own way, and every detector that was made is destroyed") {
  const int before = living;
  {
    const auto family = timer_family();
    family->observe({kSecond}, beat(0));
    const auto copy = family->clone();
    family->observe({2 * kSecond}, beat(1));
    CHECK(copy->deadline(0).ns == 4 * kSecond);
    CHECK(family->deadline(0).ns == 5 * kSecond);
    family->observe({3 * kSecond}, {ObservationKind::restarted, {1}, {}, {}, true});
    CHECK(family->deadline(0) == LocalInstant::never());
    CHECK(living == before + 2);
  }
  CHECK(living == before);
}

TEST_CASE("Kinds of observation reach the plug-in by the numbers of the header") {
  const auto family = timer_family();
  kinds_seen = 0;
  for (const auto kind : {ObservationKind::heartbeat, ObservationKind::reply,
                          ObservationKind::probe_failed, ObservationKind::confirmation}) {
    family->observe({kSecond}, {kind, {}, {}, {}, true});
  }
  CHECK(kinds_seen == 15);
}

TEST_CASE("A broken promise is a fault that names the plug-in, the deed and the time") {
  const auto family = timer_family();
  family->observe({kSecond}, beat(0));
  const std::string where =
      "; parameters {\"timeout\":3000000000,\"weight\":0.1,\"restart_on\":\"any\"}, at 2s of the "
      "monitor's clock, after 1 observation";
  SECTION("a deadline that changes") {
    changes = true;
    CHECK(fault_of(*family, {2 * kSecond}) ==
          "plug-in timer (test): deadline() changed from 4s to 4.000000001s although nothing was "
          "observed" +
              where);
  }
  SECTION("a level that is not a number") {
    is_nan = true;
    CHECK(fault_of(*family, {2 * kSecond}) ==
          "plug-in timer (test): suspicion() is not a number (NaN)" + where);
    CHECK_THROWS_AS(family->suspicion(0, {2 * kSecond}), PluginFault);
  }
  SECTION("a level that falls") {
    falls = true;
    const std::string fault = fault_of(*family, {2 * kSecond});
    CHECK(fault.find("suspicion() fell from 0 to -0.3333333333 although") != std::string::npos);
    CHECK(fault.find(where) != std::string::npos);
  }
  SECTION("a level that falls before the eyes of the user, asked in any order") {
    CHECK(family->suspicion(0, {3 * kSecond}) == Approx(2.0 / 3));
    CHECK(family->suspicion(0, {2 * kSecond}) == Approx(1.0 / 3));
    falls = true;
    CHECK_THROWS_AS(family->suspicion(0, {4 * kSecond}), PluginFault);
  }
  SECTION("a detector that cannot be made any more") {
    refuses = true;
    CHECK_THROWS_AS(timer_family(), PluginFault);
    const Setting setting = read_setting(timer(), {{"timeout", "3s"}}).value();
    const auto problem = check_setting(timer(), setting, {seconds(1), nullptr});
    REQUIRE(problem.has_value());
    CHECK(problem->message == "plug-in timer (test) refuses these parameters: not today");
  }
  changes = falls = is_nan = refuses = false;
  CHECK(fault_of(*family, {2 * kSecond}) == "no fault");
}

TEST_CASE("The plug-in draws from the surroundings") {
  class Numbers final : public Draws {
   public:
    [[nodiscard]] std::uint64_t bits(std::string_view purpose, std::uint64_t index) const override {
      return purpose == "test" ? 1000 + index : 0;
    }
  };
  const Numbers numbers;
  const auto family = timer_family(seconds(1), &numbers);
  CHECK(drawn == 1007);
}

TEST_CASE("A description that is wrong adds nothing and says why") {
  flatline_plugin plugin = description("wrong");
  flatline_parameter parameter = kParameters[0];
  plugin.parameters = &parameter;
  plugin.parameter_count = 1;
  CHECK(refusal_of(nullptr).find("it gives no description") != std::string::npos);
  const auto expect = [&](const char* text) {
    INFO(text);
    CHECK(refusal_of(&plugin).find(text) != std::string::npos);
  };
  SECTION("version") {
    plugin.abi_version = 0;
    expect("it.so: it is built for version 0");
  }
  SECTION("size") {
    plugin.struct_size -= 1;
    expect("its description has");
  }
  SECTION("no name") {
    plugin.name = nullptr;
    expect("is not a name");
  }
  SECTION("long name") {
    const std::string name(65, 'a');
    plugin.name = name.c_str();
    expect("is not a name");
  }
  SECTION("taken name") {
    plugin.name = "nfd_s";
    expect("there is a detector \"nfd_s\" already");
  }
  SECTION("reserved name") {
    plugin.name = "link";
    expect("another meaning");
  }
  SECTION("name of a setting") {
    plugin.name = "label";
    expect("another meaning");
  }
  SECTION("function") {
    plugin.clone = nullptr;
    expect("no function clone");
  }
  SECTION("no parameters") {
    plugin.parameters = nullptr;
    expect("does not list its parameters");
  }
  SECTION("too many parameters") {
    plugin.parameter_count = 65;
    expect("65 parameters");
  }
  SECTION("size of parameters") {
    plugin.parameter_size = 8;
    expect("have 8 bytes each");
  }
  SECTION("parameter's name") {
    parameter.name = "Time out";
    expect("\"Time out\" is not a name");
  }
  SECTION("parameter's type") {
    parameter.type = 4;
    expect("has the type 4");
  }
  SECTION("parameter's range") {
    parameter.min = 2, parameter.max = 1;
    expect("no range");
  }
  SECTION("below zero") {
    parameter.min = -1;
    expect("no range");
  }
  SECTION("not a number") {
    parameter.max = std::nan("");
    expect("no range");
  }
  SECTION("default") {
    parameter.default_value = "0s";
    expect("default that is wrong: timeout");
  }
  SECTION("no choices") {
    parameter.type = FLATLINE_CHOICE;
    expect("no choices");
  }
  SECTION("odd choice") {
    const char* const words[] = {"a\"b", nullptr};
    parameter.type = FLATLINE_CHOICE, parameter.choices = words;
    expect("the choice \"a\"b\"");
  }
  SECTION("twice") {
    const flatline_parameter two[] = {parameter, parameter};
    plugin.parameters = two, plugin.parameter_count = 2;
    expect("is listed twice");
  }
  SECTION("nothing is wrong") {
    CHECK(add_plugin(keep(description("right")), "it.so").ok());
  }
}

TEST_CASE("A file that is no library is not loaded") {
  const auto loaded = plugin::load("/dev/null");
  REQUIRE_FALSE(loaded.ok());
  CHECK(loaded.problems().front().message.find("/dev/null: it cannot be loaded") == 0);
  CHECK_FALSE(plugin::load("absent.so").ok());
}

TEST_CASE("The table of detectors takes 64 plug-ins") {
  static std::deque<std::string> names;
  std::string refusal;
  for (int i = 0; i < 65 && refusal.empty(); ++i) {
    names.push_back("more_" + std::to_string(i));
    const auto added = add_plugin(keep(description(names.back().c_str())), "test");
    if (!added.ok()) refusal = text_of(added.problems());
  }
  CHECK(refusal.find("there is room for 64 more detectors only") != std::string::npos);
}
