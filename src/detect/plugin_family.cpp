#include "detect/plugin_family.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "flatline/base/check.hpp"
#include "flatline/base/text.hpp"
#include "flatline/detect/plugin.hpp"

namespace flatline::detect {
namespace {

// What is farther away from the last observation is never, or always: sums with it stay in range.
constexpr Duration kFarthest{2 * kLongestTime.ns};
// A level may fall by this much of it: the last digits of a logarithm are noise.
constexpr double kRounding = 1e-9;

extern "C" std::uint64_t flatline_draw_for_plugin(void* context, const char* purpose,
                                                  std::uint64_t index) noexcept {
  return static_cast<const Draws*>(context)->bits(purpose, index);
}

// Calls the plug-in. It must not throw; if it does and the exception gets here, it ends here.
template <typename Call>
auto guarded(const Plugin& plugin, const char* function, Call&& call) {
  try {
    return call();
  } catch (...) {
    throw PluginFault("plug-in " + plugin.name + ": " + function + "() threw a C++ exception");
  }
}

int kind_of(ObservationKind kind) {
  switch (kind) {
    case ObservationKind::reply:
      return FLATLINE_REPLY;
    case ObservationKind::probe_failed:
      return FLATLINE_PROBE_FAILED;
    case ObservationKind::confirmation:
      return FLATLINE_CONFIRMATION;
    case ObservationKind::heartbeat:
    case ObservationKind::restarted:
      break;
  }
  return FLATLINE_HEARTBEAT;
}

std::string instant_text(std::int64_t ns) {
  if (ns == FLATLINE_NEVER) return "never";
  if (ns == INT64_MIN) return std::to_string(ns) + "ns";
  return format_duration({ns});
}

}  // namespace

void PluginDestroy::operator()(void* detector) const noexcept {
  try {
    destroy(detector);
  } catch (...) {  // nobody is left to whom this could matter
    return;
  }
}

PluginHandle create_detector(const PluginOrder& order, std::string& error) {
  const flatline_plugin& functions = order.plugin->functions;
  flatline_surroundings surroundings{};
  surroundings.struct_size = sizeof(surroundings);
  surroundings.heartbeat_interval = order.surroundings.heartbeat_interval.ns;
  if (order.surroundings.draws != nullptr) {
    surroundings.draw = flatline_draw_for_plugin;
    surroundings.draw_context = const_cast<Draws*>(order.surroundings.draws);
  }
  std::array<char, 512> reason{};
  void* const made = guarded(*order.plugin, "create", [&] {
    return functions.create(order.parameters.c_str(), &surroundings, reason.data(), reason.size());
  });
  reason.back() = '\0';
  if (made == nullptr) {
    error = reason.data();
    if (error.empty()) error = "it gave no reason";
  }
  return {made, {functions.destroy}};
}

PluginFamily::PluginFamily(std::shared_ptr<const PluginOrder> order, std::size_t settings)
    : order_(std::move(order)), settings_(settings) {
  start_anew();
}

PluginFamily::PluginFamily(const PluginFamily& other)
    : order_(other.order_),
      settings_(other.settings_),
      detector_(guarded(*order_->plugin, "clone",
                        [&] { return functions().clone(other.detector_.get()); }),
                {functions().destroy}),
      heard_(other.heard_),
      incarnation_(other.incarnation_),
      last_observed_(other.last_observed_),
      observations_(other.observations_),
      answer_(other.answer_),
      deadline_(other.deadline_),
      level_(other.level_) {
  if (detector_ == nullptr) fault("clone() gave no detector", last_observed_);
  if (detector_.get() == other.detector_.get()) {
    static_cast<void>(detector_.release());
    fault("clone() gave the detector itself and no copy", last_observed_);
  }
}

std::unique_ptr<Family> PluginFamily::clone() const {
  return std::unique_ptr<Family>(new PluginFamily(*this));
}

void PluginFamily::start_anew() {
  std::string error;
  detector_ = create_detector(*order_, error);
  if (detector_ == nullptr) fault("create() failed: " + error, last_observed_);
  heard_ = false;
  observations_ = 0;
  deadline_ = starts_suspected() ? LocalInstant::before_all() : LocalInstant::never();
  level_ = {};
}

void PluginFamily::observe(LocalInstant now, const Observation& observation) {
  FLATLINE_CHECK(now >= last_observed_, "a detector's observations come in order of time");
  if (heard_) check_kept(now);
  last_observed_ = now;
  if (observation.kind == ObservationKind::restarted) {
    incarnation_ = observation.incarnation;
    start_anew();
    return;
  }
  const bool alive =
      observation.kind == ObservationKind::heartbeat || observation.kind == ObservationKind::reply;
  // A beat sent before the restart is no sign of life of the process that is watched now.
  if (alive && observation.incarnation < incarnation_) return;
  heard_ = heard_ || alive;
  take_in(now, observation);
  if (!heard_) return;
  answer_ = ask_deadline();
  if (answer_ > now.ns && answer_ - kFarthest.ns > now.ns) {
    deadline_ = LocalInstant::never();
  } else if (answer_ < now.ns && answer_ + kFarthest.ns < now.ns) {
    deadline_ = LocalInstant::before_all();
  } else {
    deadline_ = {answer_};
  }
  level_ = {};
  level_ = {now, ask_level(now)};
}

void PluginFamily::take_in(LocalInstant now, const Observation& observation) {
  flatline_observation told{};
  told.struct_size = sizeof(told);
  told.kind = kind_of(observation.kind);
  told.incarnation = observation.incarnation.value;
  told.ok = observation.ok ? 1 : 0;
  told.sequence = observation.seq.value;
  told.sent_at = observation.sent_at.ns;
  told.now = now.ns;
  ++observations_;
  const std::int32_t failed = guarded(*order_->plugin, "observe",
                                      [&] { return functions().observe(detector_.get(), &told); });
  if (failed != 0) fault("observe() failed with " + std::to_string(failed), now);
}

// The deadline that was in force must be so still, and the level must not have fallen.
void PluginFamily::check_kept(LocalInstant now) const {
  const std::int64_t again = ask_deadline();
  if (again != answer_) {
    fault("deadline() changed from " + instant_text(answer_) + " to " + instant_text(again) +
              " although nothing was observed",
          now);
  }
  static_cast<void>(ask_level(now));
}

std::int64_t PluginFamily::ask_deadline() const {
  return guarded(*order_->plugin, "deadline",
                 [&] { return functions().deadline(detector_.get()); });
}

double PluginFamily::ask_level(LocalInstant now) const {
  const double level = guarded(*order_->plugin, "suspicion",
                               [&] { return functions().suspicion(detector_.get(), now.ns); });
  if (std::isnan(level)) fault("suspicion() is not a number (NaN)", now);
  if (level_.at == LocalInstant::before_all()) return level;
  const auto [before, after] =
      now >= level_.at ? std::pair(level_.value, level) : std::pair(level, level_.value);
  const double noise = std::isfinite(before) ? kRounding * std::fabs(before) : 0;
  if (after < before - noise) {
    fault("suspicion() fell from " + format_number(before) + " to " + format_number(after) +
              " although nothing was observed",
          std::max(now, level_.at));
  }
  if (now >= level_.at) level_ = {now, level};
  return level;
}

void PluginFamily::fault(const std::string& what, LocalInstant now) const {
  std::string text =
      "plug-in " + order_->plugin->name + ": " + what + "; parameters " + order_->parameters;
  if (now != LocalInstant::before_all()) {
    text += ", at " + instant_text(now.ns) + " of the monitor's clock, after " +
            std::to_string(observations_) + (observations_ == 1 ? " observation" : " observations");
  }
  throw PluginFault(text);
}

bool PluginFamily::starts_suspected() const {
  return (functions().flags & FLATLINE_STARTS_SUSPECTED) != 0;
}

void PluginFamily::deadlines(std::span<LocalInstant> out) const {
  FLATLINE_CHECK(out.size() == settings_, "one deadline per setting");
  std::fill(out.begin(), out.end(), deadline_);
}

LocalInstant PluginFamily::deadline(std::size_t i) const {
  FLATLINE_CHECK(i < settings_, "no such setting");
  return deadline_;
}

double PluginFamily::suspicion(std::size_t i, LocalInstant now) const {
  FLATLINE_CHECK(i < settings_, "no such setting");
  if (!heard_) return starts_suspected() ? HUGE_VAL : 0;
  return ask_level(std::max(now, last_observed_));
}

bool PluginFamily::warmed_up(std::size_t i) const {
  FLATLINE_CHECK(i < settings_, "no such setting");
  if (functions().warmed_up == nullptr) return true;
  return guarded(*order_->plugin, "warmed_up",
                 [&] { return functions().warmed_up(detector_.get()); }) != 0;
}

}  // namespace flatline::detect
