#include "flatline/protocol/push.hpp"

#include <algorithm>
#include <cstring>

#include "flatline/base/check.hpp"
#include "flatline/base/draws.hpp"

namespace flatline::protocol {
namespace {

constexpr TimerId kBeat{0};

class PushNode final : public NodeProgram {
 public:
  PushNode(const PushSettings& settings, std::vector<NodeId> to, std::uint32_t nodes)
      : settings_(settings), to_(std::move(to)), nodes_(nodes) {
    // The node needs its own peers only: a copy of the whole cluster in every node would be
    // quadratic.
    settings_.from = {};
    settings_.to = {};
  }

  void on_start(Context& context) override {
    if (to_.empty()) return;
    jitter_ = context.open_draws("jitter");
    incarnation_ = context.incarnation().value;
    const std::uint64_t phase = context.draw(context.open_draws("phase"), 0);
    schedule_ = BeatSchedule(settings_, context.now(), incarnation_ > 0, phase);
    schedule_.begin(jitter_bits(context, 0));
    context.set_timer(kBeat, schedule_.due());
  }

  void on_message(Context& context, NodeId from, std::span<const std::byte> payload) override {
    Heartbeat heartbeat;
    FLATLINE_CHECK(payload.size() == sizeof heartbeat, "only heartbeats are pushed");
    std::memcpy(&heartbeat, payload.data(), sizeof heartbeat);
    const Incarnation incarnation{static_cast<std::uint32_t>(heartbeat.incarnation)};
    // Most nodes only send: nothing is kept for them.
    if (newest_.empty()) newest_.assign(nodes_, 0);
    std::uint32_t& newest = newest_[from.value];
    if (incarnation.value < newest) return;
    detect::Observation observation{detect::ObservationKind::heartbeat,
                                    incarnation,
                                    {heartbeat.seq},
                                    {heartbeat.sent_at},
                                    true};
    if (incarnation.value > newest) {
      newest = incarnation.value;
      observation.kind = detect::ObservationKind::restarted;
      context.observe(from, observation);
      observation.kind = detect::ObservationKind::heartbeat;
    }
    context.observe(from, observation);
  }

  void on_timer(Context& context, TimerId, CatchUp catch_up) override {
    const LocalInstant now = context.now();
    do {
      const std::int64_t index = schedule_.index();
      const bool on_time = schedule_.due() == now;
      advance(context);
      if (sends_late(catch_up, on_time, schedule_.due() > now)) beat(context, now, index);
    } while (schedule_.due() <= now);
    context.set_timer(kBeat, schedule_.due());
  }

 private:
  std::uint64_t jitter_bits(const Context& context, std::int64_t index) const {
    if (settings_.jitter_of == JitterOf::none) return 0;
    return context.draw(jitter_, beat_index({incarnation_}, index));
  }

  void advance(const Context& context) {
    schedule_.advance(jitter_bits(context, schedule_.index() + 1));
  }

  void beat(Context& context, LocalInstant now, std::int64_t index) const {
    const Heartbeat heartbeat{index, now.ns, incarnation_};
    const auto payload = std::as_bytes(std::span(&heartbeat, 1));
    for (const NodeId monitor : to_) {
      context.send(monitor, payload, settings_.bytes, SeqNo{index});
    }
  }

  PushSettings settings_;
  std::vector<NodeId> to_;
  BeatSchedule schedule_;
  DrawsId jitter_{};
  std::uint32_t incarnation_ = 0;
  std::uint32_t nodes_;
  std::vector<std::uint32_t> newest_;  // newest incarnation seen, per sender
};

}  // namespace

bool sends_late(CatchUp catch_up, bool on_time, bool last) {
  return last ? on_time || catch_up != CatchUp::none : catch_up == CatchUp::all;
}

BeatSchedule::BeatSchedule(const PushSettings& settings, LocalInstant start, bool restarted,
                           std::uint64_t phase_bits)
    : interval_(settings.interval.ns), jitter_of_(settings.jitter_of) {
  if (jitter_of_ != JitterOf::none) {
    reach_ = static_cast<std::int64_t>(settings.jitter_ratio * static_cast<double>(interval_));
  }
  Duration offset{};
  if (!restarted && settings.phase == Phase::spread) {
    offset.ns =
        static_cast<std::int64_t>(uniform_below(phase_bits, static_cast<std::uint64_t>(interval_)));
  }
  // On a jittered grid beat 0 may come `reach` early: start late enough that it does not precede
  // the process.
  if (jitter_of_ == JitterOf::grid) offset.ns += reach_;
  origin_ = start + offset;
  due_ = origin_;
}

std::int64_t BeatSchedule::stray(std::uint64_t bits) const {
  return static_cast<std::int64_t>(
             uniform_below(bits, 2 * static_cast<std::uint64_t>(reach_) + 1)) -
         reach_;
}

void BeatSchedule::begin(std::uint64_t bits) {
  if (jitter_of_ == JitterOf::grid) due_ = origin_ + Duration{stray(bits)};
}

void BeatSchedule::advance(std::uint64_t bits) {
  ++index_;
  switch (jitter_of_) {
    case JitterOf::none:
      due_ += Duration{interval_};
      break;
    case JitterOf::grid:
      due_ = origin_ + Duration{index_ * interval_ + stray(bits)};
      break;
    case JitterOf::interval:
      due_ += Duration{interval_ + stray(bits)};
      break;
  }
}

// REQUIRES: no instant on the way passes the range.
void BeatSchedule::advance_all(std::span<const std::uint64_t> bits, std::span<LocalInstant> due) {
  const std::uint64_t width = 2 * static_cast<std::uint64_t>(reach_) + 1;
  std::int64_t next = due_.ns;
  switch (jitter_of_) {
    case JitterOf::none:
      for (LocalInstant& at : due) {
        at.ns = next;
        next += interval_;
      }
      break;
    case JitterOf::grid: {
      std::int64_t earliest = origin_.ns + index_ * interval_ - reach_;
      for (std::size_t i = 0; i < due.size(); ++i) {
        due[i].ns = next;
        earliest += interval_;
        next = earliest + static_cast<std::int64_t>(uniform_below(bits[i], width));
      }
      break;
    }
    case JitterOf::interval: {
      const std::int64_t least = interval_ - reach_;
      for (std::size_t i = 0; i < due.size(); ++i) {
        due[i].ns = next;
        next += least + static_cast<std::int64_t>(uniform_below(bits[i], width));
      }
      break;
    }
  }
  due_.ns = next;
  index_ += static_cast<std::int64_t>(due.size());
}

std::size_t BeatSchedule::advance_run(std::span<const std::uint64_t> bits, LocalInstant before,
                                      std::span<LocalInstant> due) {
  const auto room = static_cast<std::int64_t>(due.size());
  if (interval_ > kLongestTime.ns / (room + 2)) {
    // Far beyond `before` there might be no instants.
    std::size_t n = 0;
    while (n < due.size() && due_ < before) {
      due[n] = due_;
      advance(bits[n++]);
    }
    return n;
  }
  if (room == 0) return 0;
  advance_all(bits, due);
  if (due.back() < before) return due.size();
  // No jitter is so wide that a beat is due before the last one.
  const auto cut = std::lower_bound(due.begin(), due.end(), before);
  index_ -= due.end() - cut;
  due_ = *cut;
  return static_cast<std::size_t>(cut - due.begin());
}

std::unique_ptr<NodeProgram> make_push_node(const PushSettings& settings, std::vector<NodeId> to,
                                            std::uint32_t nodes) {
  return std::make_unique<PushNode>(settings, std::move(to), nodes);
}

}  // namespace flatline::protocol
