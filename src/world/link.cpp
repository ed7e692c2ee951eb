#include "flatline/world/link.hpp"

#include <algorithm>
#include <array>

#include "flatline/base/check.hpp"
#include "world/link_extras.hpp"

namespace flatline::world {
namespace {

// Messages of a run taken at a time.
constexpr std::size_t kPart = 512;

}  // namespace

Link::Chance Link::chance(double probability) {
  if (probability >= 1) return {0, true};
  return {random::threshold_for(probability), false};
}

Link::Link(LinkLaw law, const random::StreamFactory& streams, const std::string& name,
           Conditions conditions, SimInstant begin, std::shared_ptr<Bottleneck> queue)
    : delay_(std::move(law.delay)),
      shift_(law.shift),
      fifo_(law.order == Order::fifo),
      may_duplicate_(law.duplicate > 0),
      loss_draws_(streams.stream(name + "/loss")),
      delay_draws_(streams.stream(name + "/delay")),
      partitions_(TimelineView(std::move(conditions.partitions))),
      duplicate_(chance(law.duplicate)),
      duplicate_draws_(streams.stream(name + "/duplicate")),
      copy_delay_draws_(streams.stream(name + "/duplicate/delay")) {
  if (law.bursts) {
    bursts_ = true;
    may_lose_ = true;
    loss_good_ = chance(law.bursts->law.loss_good);
    loss_bad_ = chance(law.bursts->law.loss_bad);
    const std::string& shared = law.bursts->law.shared;
    const std::string owner = shared.empty() ? name : "shared/" + shared;
    state_ = BurstState(*std::move(law.bursts), streams.stream(owner + "/bursts"), begin);
  } else {
    may_lose_ = law.loss > 0;
    loss_good_ = chance(law.loss);
  }
  const bool queued = queue != nullptr || law.queue.bytes_per_second > 0;
  retransmits_ = law.transport == Transport::tcp;
  if (law.correlation_time.ns == 0 && !queued && !retransmits_ && conditions.shifts.empty() &&
      conditions.backlogs.empty())
    return;
  extras_ = std::make_unique<Extras>();
  if (law.correlation_time.ns > 0) extras_->linked.emplace(law.correlation_time);
  if (queued && !queue) {
    queue = std::make_shared<Bottleneck>(law.queue, std::move(law.cross_traffic), streams,
                                         name + "/queue", begin);
  }
  extras_->queue = std::move(queue);
  extras_->shifts = std::move(conditions.shifts);
  extras_->backlogs = std::move(conditions.backlogs);
  if (retransmits_) connect(law.tcp, streams.stream(name + "/retry"));
}

Link::~Link() = default;
Link::Link(Link&& other) noexcept = default;
Link& Link::operator=(Link&& other) noexcept = default;

void Link::connect(const Tcp& law, const random::Stream& retries) {
  // It brings everything in once and in order.
  fifo_ = true;
  may_duplicate_ = false;
  Connection& connection = extras_->connection.emplace();
  connection.law = law;
  connection.retries = retries;
  if (bursts_) connection.states.emplace(std::move(state_));
}

std::shared_ptr<Bottleneck> shared_queue(const LinkLaw& law, const random::StreamFactory& streams,
                                         SimInstant begin) {
  FLATLINE_CHECK(!law.queue.shared.empty(), "a shared queue has a name");
  return std::make_shared<Bottleneck>(law.queue, law.cross_traffic, streams,
                                      "shared/" + law.queue.shared + "/queue", begin);
}

void Link::lose_by(const Chance& now, std::uint64_t first,
                   std::span<std::int64_t> arrival_ns) const {
  if (now.always) {
    std::fill(arrival_ns.begin(), arrival_ns.end(), SimInstant::never().ns);
  } else if (now.threshold > 0) {
    loss_draws_.mark_below(first, now.threshold, SimInstant::never().ns, arrival_ns);
  }
}

void Link::lose(std::span<const SimInstant> sent, std::uint64_t first,
                std::span<std::int64_t> arrival_ns) {
  if (!may_lose_) return;
  if (!bursts_) return lose_by(loss_good_, first, arrival_ns);
  for (std::size_t i = 0; i < sent.size();) {
    const Chance& now = state_.bad_at(sent[i]) ? loss_bad_ : loss_good_;
    std::size_t end = sent.size();
    if (sent.back() >= state_.until()) {
      const auto from = sent.begin() + static_cast<std::ptrdiff_t>(i) + 1;
      end = static_cast<std::size_t>(std::lower_bound(from, sent.end(), state_.until()) -
                                     sent.begin());
    }
    lose_by(now, first + i, arrival_ns.subspan(i, end - i));
    i = end;
  }
}

void Link::transmit_run(std::span<const SimInstant> sent, std::uint64_t first, std::int64_t bytes,
                        std::span<SimInstant> arrival) {
  if (extras_) {
    for (std::size_t i = 0; i < sent.size(); ++i) {
      const Passage passage = transmit_specially(sent[i], first + i, bytes);
      arrival[i] = passage.fate == Fate::delivered ? passage.arrival : SimInstant::never();
    }
    return;
  }
  // On the stack and not in the link: links are many.
  std::array<std::int64_t, kPart> scratch;
  const std::int64_t shift = shift_.ns;
  const bool instant = delay_.min_ns() + shift < 1;
  for (std::size_t begin = 0; begin < sent.size(); begin += kPart) {
    const auto part = sent.subspan(begin, std::min(kPart, sent.size() - begin));
    const auto ns = std::span(scratch).first(part.size());
    delay_.fill(delay_draws_, first + begin, ns);
    if (instant) {
      for (std::int64_t& delay : ns) delay = std::max<std::int64_t>(1 - shift, delay);
    }
    for (std::size_t i = 0; i < ns.size(); ++i) ns[i] += part[i].ns + shift;
    lose(part, first + begin, ns);
    if (fifo_) {
      // A lost message is never overtaken, and holds nobody up.
      for (std::int64_t& at : ns) {
        const bool lost = at == SimInstant::never().ns;
        at = std::max(at, last_arrival_.ns);
        last_arrival_.ns = lost ? last_arrival_.ns : at;
      }
    }
    for (std::size_t i = 0; i < ns.size(); ++i) arrival[begin + i] = {ns[i]};
  }
}

}  // namespace flatline::world
