// Many heartbeats of one pair at once. Between two faults, a sender's heartbeats depend on nothing
// but their draws: they are made in blocks, and as long as none overtakes another the channel takes
// them in as runs. Whatever else happens is left to StreamPair::handle, one event at a time.

#include <algorithm>

#include "sim/stream_engine.hpp"

namespace flatline::sim {
namespace {

constexpr std::size_t kBlock = 512;
// A run shorter than this was hardly worth the try.
constexpr std::size_t kWorthIt = 16;
constexpr int kLongestPause = 512;

}  // namespace

void RunBuffer::make_room(std::size_t n) {
  if (bits.size() < n) {
    bits.resize(n);
    due.resize(n);
    made.resize(n);
    fates.resize(n);
  }
  // One more: the loser of a choice without a branch is written, too.
  if (sent.size() < count + n + 1) {
    sent.resize(2 * (count + n));
    at.resize(2 * (count + n));
    seq.resize(2 * (count + n));
  }
  if (lost.size() < losses + n + 1) lost.resize(2 * (losses + n));
}

void RunBuffer::drop(std::size_t n, std::size_t m) {
  std::copy(sent.begin() + static_cast<std::ptrdiff_t>(n),
            sent.begin() + static_cast<std::ptrdiff_t>(count), sent.begin());
  std::copy(at.begin() + static_cast<std::ptrdiff_t>(n),
            at.begin() + static_cast<std::ptrdiff_t>(count), at.begin());
  std::copy(seq.begin() + static_cast<std::ptrdiff_t>(n),
            seq.begin() + static_cast<std::ptrdiff_t>(count), seq.begin());
  std::copy(lost.begin() + static_cast<std::ptrdiff_t>(m),
            lost.begin() + static_cast<std::ptrdiff_t>(losses), lost.begin());
  count -= n;
  losses -= m;
}

// Nothing sent later arrives before this.
SimInstant StreamPair::arrivals_before(SimInstant before) const {
  return std::min(before, timer_ + nanoseconds(1));
}

bool StreamPair::may_run() const {
  const bool calm = sender_.up && !sender_.stalled && !overdue_ && monitor_.up &&
                    !monitor_.stalled && inbox_.empty();
  return calm && newest_ == sender_.incarnation && link_.runs() && channel_.can_run();
}

// Goes on up to the next fault, cut, or `last`, or until a heartbeat overtakes another. False if
// `*stop` was set.
bool StreamPair::run_many(SimInstant last, const std::atomic<bool>* stop) {
  SimInstant before = std::min({last, sender_.faults.at(), monitor_.faults.at()});
  if (clock_.ns < 0) before = std::min(before, SimInstant{0});
  before = std::min(before, link_.next_cut(clock_));
  RunBuffer& buffer = stage_->run_buffer;
  std::size_t taken = 0;
  bool go_on = before > clock_ && take_flights(buffer), stopped = false;
  if (go_on) {
    for (bool ordered = true; ordered && !stopped;) {
      make_beats(buffer, before);
      const std::size_t in_order = take_in_order(buffer, before);
      taken += in_order;
      // Whatever could be taken and was not was overtaken.
      ordered = buffer.count == 0 ||
                *std::min_element(buffer.at.data(), buffer.at.data() + buffer.count) >=
                    arrivals_before(before);
      if (timer_ >= before) break;
      stopped = stop != nullptr && stop->load(std::memory_order_relaxed);
    }
    give_back_flights(buffer);
  }
  next_pause_ = taken >= kWorthIt ? 0 : std::min(2 * next_pause_ + 1, kLongestPause);
  pause_ = next_pause_;
  return !stopped;
}

// What is on its way becomes the front of the buffer, if it arrives in order.
bool StreamPair::take_flights(RunBuffer& buffer) {
  std::sort(flying_.begin(), flying_.end(),
            [](const Message& a, const Message& b) { return b.later_than(a); });
  // Sorted, it is a heap still.
  if (!flying_.empty() && (flying_.front().seq <= channel_.newest_seen() ||
                           flying_.front().sent.at <= channel_.newest_left()))
    return false;
  for (std::size_t i = 0; i < flying_.size(); ++i) {
    if (flying_[i].incarnation != sender_.incarnation) return false;
    if (i > 0 &&
        (flying_[i].seq <= flying_[i - 1].seq || flying_[i].arrival == flying_[i - 1].arrival ||
         flying_[i].sent.at == flying_[i - 1].sent.at))
      return false;
  }
  buffer.count = buffer.losses = 0;
  buffer.make_room(flying_.size() + losses_ahead_.size());
  for (const Message& message : flying_) {
    buffer.sent[buffer.count] = message.sent.at;
    buffer.at[buffer.count] = message.arrival;
    buffer.seq[buffer.count++] = message.seq;
  }
  for (const SimInstant lost : losses_ahead_) buffer.lost[buffer.losses++] = lost;
  losses_ahead_.clear();
  flying_.clear();
  channel_.take_over_flights();
  return true;
}

// Adds a block of the heartbeats that are sent before `before`.
void StreamPair::make_beats(RunBuffer& buffer, SimInstant before) {
  if (timer_ >= before) return;
  const std::int64_t expected = (before - timer_).ns / push_->interval.ns;
  const std::size_t room = expected < static_cast<std::int64_t>(kBlock)
                               ? static_cast<std::size_t>(expected) + 2
                               : kBlock;
  const std::int64_t first = schedule_.index();
  const auto address = [&](std::int64_t seq) {
    return protocol::beat_index(sender_.incarnation, seq);
  };
  buffer.make_room(room);
  if (push_->jitter_of != protocol::JitterOf::none)
    jitter_.fill(address(first + 1), std::span(buffer.bits).first(room));
  const std::size_t n =
      schedule_.advance_run(buffer.bits, {before.ns}, std::span(buffer.due).first(room));
  timer_ = {schedule_.due().ns};
  for (std::size_t i = 0; i < n; ++i) buffer.made[i] = {buffer.due[i].ns};
  link_.transmit_run(std::span(buffer.made).first(n), address(first), push_->bytes + kHeaderBytes,
                     std::span(buffer.fates).first(n));
  const std::size_t before_all = buffer.losses;
  sort_out(buffer, first, n);
  const auto sent = static_cast<std::int64_t>(n);
  channel_.sent_run(buffer.made[n - 1], sent,
                    sent - static_cast<std::int64_t>(buffer.losses - before_all));
  if (buffer.made[0].ns >= 0) sent_ += sent;
}

// Parts the n made from those lost. Both kinds are written and one is kept: no branch on a loss.
void StreamPair::sort_out(RunBuffer& buffer, std::int64_t first, std::size_t n) {
  SimInstant* const sent = buffer.sent.data();
  SimInstant* const at = buffer.at.data();
  SeqNo* const seq = buffer.seq.data();
  SimInstant* const lost = buffer.lost.data();
  std::size_t on_way = buffer.count, losses = buffer.losses;
  for (std::size_t i = 0; i < n; ++i) {
    const SimInstant made = buffer.made[i], fate = buffer.fates[i];
    const bool arrives = fate != SimInstant::never();
    sent[on_way] = made;
    at[on_way] = fate;
    seq[on_way] = {first + static_cast<std::int64_t>(i)};
    lost[losses] = made;
    on_way += arrives ? 1 : 0;
    losses += arrives ? 0 : 1;
  }
  buffer.count = on_way;
  buffer.losses = losses;
}

// Hands over those that arrive in order of their numbers and before all others; returns how many.
std::size_t StreamPair::take_in_order(RunBuffer& buffer, SimInstant before) {
  const SimInstant limit = arrivals_before(before);
  const std::span<const SimInstant> at(buffer.at.data(), buffer.count);
  std::size_t n = 0;
  while (n < at.size() && at[n] < limit && (n == 0 || at[n] > at[n - 1])) ++n;
  if (n < at.size()) {
    const SimInstant next =
        *std::min_element(at.begin() + static_cast<std::ptrdiff_t>(n), at.end());
    while (n > 0 && at[n - 1] >= next) --n;
  }
  if (n == 0) return 0;
  clock_ = at[n - 1];
  const std::span<const SimInstant> lost(buffer.lost.data(), buffer.losses);
  const auto losses =
      static_cast<std::size_t>(std::lower_bound(lost.begin(), lost.end(), clock_) - lost.begin());
  channel_.observe_run({std::span(buffer.sent).first(n), at.first(n),
                        std::span(buffer.seq).first(n), lost.first(losses)});
  if (clock_.ns >= 0) arrived_ += static_cast<std::int64_t>(n);
  buffer.drop(n, losses);
  return n;
}

void StreamPair::give_back_flights(const RunBuffer& buffer) {
  for (std::size_t i = 0; i < buffer.count; ++i) {
    const std::uint64_t address = protocol::beat_index(sender_.incarnation, buffer.seq[i].value);
    const Sent sent{buffer.sent[i], {buffer.sent[i].ns}};
    channel_.in_flight(sent, buffer.seq[i], sender_.incarnation, buffer.at[i], false);
    fly({buffer.at[i], arrival_order(address, false), sender_.incarnation, buffer.seq[i], sent});
  }
  losses_ahead_.assign(buffer.lost.begin(),
                       buffer.lost.begin() + static_cast<std::ptrdiff_t>(buffer.losses));
}

// The channel hears of a loss when its time has come.
void StreamPair::announce_losses(SimInstant before) {
  std::size_t n = 0;
  while (n < losses_ahead_.size() && losses_ahead_[n] < before)
    channel_.lost(losses_ahead_[n++], false);
  losses_ahead_.erase(losses_ahead_.begin(),
                      losses_ahead_.begin() + static_cast<std::ptrdiff_t>(n));
}

}  // namespace flatline::sim
