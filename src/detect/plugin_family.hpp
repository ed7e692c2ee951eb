#pragma once
// A plug-in's detector behind the contract of Family. The deadline is asked for once after each
// observation and is what counts until the next one; every answer is held against plugin.h.

#include <cstdint>
#include <memory>
#include <string>

#include "flatline/detect/detector.hpp"
#include "flatline/detect/plugin.h"

namespace flatline::detect {

/// A plug-in that was checked.
struct Plugin {
  flatline_plugin functions{};
  std::string name;  ///< "suspects (./libx.so)": as messages call it.
};

/// How a detector of a plug-in is made.
struct PluginOrder {
  std::shared_ptr<const Plugin> plugin;
  std::string parameters;  ///< As create() gets them.
  Surroundings surroundings;
};

/// The detector, owned.
struct PluginDestroy {
  void (*destroy)(void* detector) = nullptr;
  void operator()(void* detector) const noexcept;
};
using PluginHandle = std::unique_ptr<void, PluginDestroy>;

/// Makes a detector; if the plug-in refuses, none, and its reason in `error`. Throws PluginFault if
/// it throws.
PluginHandle create_detector(const PluginOrder& order, std::string& error);

/// Equal settings of one plug-in: one detector, asked once for all of them.
class PluginFamily final : public Family {
 public:
  /// Throws PluginFault if the detector cannot be made.
  PluginFamily(std::shared_ptr<const PluginOrder> order, std::size_t settings);

  void observe(LocalInstant now, const Observation& observation) override;
  [[nodiscard]] std::size_t size() const override { return settings_; }
  void deadlines(std::span<LocalInstant> out) const override;
  [[nodiscard]] LocalInstant deadline(std::size_t i) const override;
  [[nodiscard]] double suspicion(std::size_t i, LocalInstant now) const override;
  [[nodiscard]] bool warmed_up(std::size_t i) const override;
  [[nodiscard]] std::unique_ptr<Family> clone() const override;

 private:
  /// A level that was given, and when.
  struct Level {
    LocalInstant at = LocalInstant::before_all();
    double value = 0;
  };

  PluginFamily(const PluginFamily& other);

  void start_anew();
  void take_in(LocalInstant now, const Observation& observation);
  void check_kept(LocalInstant now) const;
  [[nodiscard]] double ask_level(LocalInstant now) const;
  [[nodiscard]] std::int64_t ask_deadline() const;
  [[noreturn]] void fault(const std::string& what, LocalInstant now) const;
  [[nodiscard]] bool starts_suspected() const;
  [[nodiscard]] const flatline_plugin& functions() const { return order_->plugin->functions; }

  std::shared_ptr<const PluginOrder> order_;
  std::size_t settings_;
  PluginHandle detector_;
  bool heard_ = false;  // a heartbeat or reply of this incarnation
  Incarnation incarnation_{};
  LocalInstant last_observed_ = LocalInstant::before_all();
  std::uint64_t observations_ = 0;  // of this incarnation
  std::int64_t answer_ = 0;         // the deadline as the plug-in gave it
  LocalInstant deadline_{};
  mutable Level level_;  // the last since the last observation
};

}  // namespace flatline::detect
