#include "world/link_extras.hpp"

#include <algorithm>
#include <cmath>

#include "flatline/base/plain_math.hpp"
#include "world/normal.hpp"

namespace flatline::world {

std::uint64_t LinkedDraws::next(SimInstant t, std::uint64_t fresh) {
  const double news = normal_from(fresh);
  if (!last_) {
    score_ = news;
  } else {
    if (t - *last_ != gap_) {
      gap_ = t - *last_;
      keep_ = plain_exp(-static_cast<double>(gap_.ns) / tau_ns_);
      renew_ = std::sqrt((1 - keep_) * (1 + keep_));
    }
    score_ = keep_ * score_ + renew_ * news;
  }
  last_ = t;
  return normal_rank(score_);
}

bool StatesAhead::bad_at(SimInstant t) {
  while (known_.empty() || known_.back().until <= t) {
    // The state at the end of what is known: the next one.
    const SimInstant from = known_.empty() ? t : known_.back().until;
    const bool bad = state_.bad_at(from);
    known_.push_back({state_.until(), bad});
  }
  const auto at = std::partition_point(known_.begin(), known_.end(),
                                       [t](const Sojourn& each) { return each.until <= t; });
  return at->bad;
}

void StatesAhead::forget_before(SimInstant t) {
  while (!known_.empty() && known_.front().until <= t) known_.pop_front();
}

Duration Link::Extras::extra_delay(SimInstant t) {
  Duration sum{};
  for (RouteShift& shift : shifts) sum += shift.at(t);
  for (Backlog& backlog : backlogs) sum += backlog.at(t);
  return std::min(sum, kLongestTime);
}

Passage Link::transmit_specially(SimInstant t, std::uint64_t index, std::int64_t bytes) {
  Extras& extras = *extras_;
  if (extras.connection) {
    partitions_.forget_before(t);
    if (extras.connection->states) extras.connection->states->forget_before(t);
  }
  // Moves on with every message that is offered, lost or not.
  std::uint64_t bits = delay_draws_.bits(index);
  if (extras.linked) bits = extras.linked->next(t, bits);
  Passage passage;
  if (extras.connection && t < extras.connection->reset) {
    passage.fate = extras.connection->reset_by;
    return passage;
  }
  Fate fate = extras.connection ? met_by(t, loss_draws_.bits(index)) : met(t, index);
  Duration extra = shift_ + extras.extra_delay(t);
  // What is lost on the link does not wait for it.
  if (extras.queue && fate == Fate::delivered) {
    const std::optional<Duration> passing = extras.queue->pass(t, bytes);
    if (passing) extra += *passing;
    if (!passing) fate = Fate::lost;
  }
  if (extras.connection) return transmit_reliably(t, index, fate, extra, bits);
  passage.fate = fate;
  if (fate != Fate::delivered) return passage;
  passage.arrival = arrival_after(t, bits, extra);
  if (may_duplicate_ && duplicate_.hits(duplicate_draws_.bits(index))) {
    passage.duplicate = arrival_after(t, copy_delay_draws_.bits(index), extra);
  }
  return passage;
}

// By the time each transmission is made; the message's delay is the same whichever gets through.
Passage Link::transmit_reliably(SimInstant t, std::uint64_t index, Fate first, Duration extra,
                                std::uint64_t bits) {
  Connection& connection = *extras_->connection;
  const Duration longest = std::max(connection.law.longest_timeout, connection.law.first_timeout);
  Passage passage;
  Fate now = first;
  SimInstant at = t;
  Duration timeout = connection.law.first_timeout;
  for (std::int64_t k = 1; now != Fate::delivered && k <= connection.law.retries; ++k) {
    at += timeout;
    timeout = std::min(2 * timeout, longest);
    // Later than anything happens.
    if (at.ns > kLongestTime.ns) break;
    now = met_by(at, connection.retries.bits(64 * index + static_cast<std::uint64_t>(k)));
  }
  if (now != Fate::delivered) {
    passage.fate = first;
    connection.reset = at + timeout;
    connection.reset_by = first;
    connection.held_up_by = Fate::delivered;
    last_arrival_ = SimInstant::before_all();
    return passage;
  }
  const SimInstant arrival = at + Duration{std::max<std::int64_t>(1, delay_(bits) + extra.ns)};
  const bool waits = arrival < last_arrival_;
  passage.arrival = std::max(arrival, last_arrival_);
  passage.held_up_by = first == Fate::delivered && waits ? connection.held_up_by : first;
  last_arrival_ = passage.arrival;
  connection.held_up_by = passage.held_up_by;
  return passage;
}

// What a transmission at `t`, now or later, meets.
Fate Link::met_by(SimInstant t, std::uint64_t bits) {
  if (partitions_.start_after(t) <= t) return Fate::cut;
  if (!may_lose_) return Fate::delivered;
  std::optional<StatesAhead>& states = extras_->connection->states;
  const Chance& now = states && states->bad_at(t) ? loss_bad_ : loss_good_;
  return now.hits(bits) ? Fate::lost : Fate::delivered;
}

}  // namespace flatline::world
