#include "flatline/world/link.hpp"

#include <algorithm>
#include <array>

#include "world/laws.hpp"

namespace flatline::world {
namespace {

// Messages of a run taken at a time.
constexpr std::size_t kPart = 512;

std::vector<bool> membership(const std::vector<NodeId>& nodes, std::uint32_t size) {
  std::vector<bool> member(size, false);
  for (const NodeId node : nodes) member[node.value] = true;
  return member;
}

}  // namespace

LinkTable::CompiledRule LinkTable::compile_rule(const LinkRule& rule) {
  CompiledRule out;
  if (rule.delay) out.delay = compiled(*rule.delay);
  if (rule.loss && rule.loss->bursts) {
    const GilbertElliott& law = *rule.loss->bursts;
    out.bursts = BurstLaw{law, exponential(law.good_mean), exponential(law.bad_mean)};
  }
  return out;
}

LinkTable::LinkTable(const Model& model)
    : model_(&model), default_(compile_rule(model.default_link)) {
  if (!default_.delay) default_.delay = compiled(random::Distribution::constant(kDefaultDelay));
  for (const LinkRule& rule : model.links) {
    rules_.push_back(compile_rule(rule));
    rule_from_.push_back(membership(rule.from, model.cluster.size()));
    rule_to_.push_back(membership(rule.to, model.cluster.size()));
  }
}

void LinkTable::apply(const LinkRule& rule, const CompiledRule& compiled, LinkLaw& law) {
  if (compiled.delay) law.delay = *compiled.delay;
  if (rule.loss) {
    law.loss = rule.loss->probability;
    law.bursts = compiled.bursts;
  }
  if (rule.duplicate) law.duplicate = *rule.duplicate;
  if (rule.order) law.order = *rule.order;
}

LinkLaw LinkTable::law(NodeId from, NodeId to) const {
  LinkLaw law;
  apply(model_->default_link, default_, law);
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    const LinkRule& rule = model_->links[i];
    const bool forward = rule_from_[i][from.value] && rule_to_[i][to.value];
    const bool backward = rule.both_ways && rule_from_[i][to.value] && rule_to_[i][from.value];
    if (forward || backward) apply(rule, rules_[i], law);
  }
  return law;
}

BurstState::BurstState(BurstLaw law, const random::Stream& sojourns, SimInstant begin)
    : good_(std::move(law.good)), bad_(std::move(law.bad)), sojourns_(sojourns), until_(begin) {
  // Stationary start: sojourns are exponential, so what is left of the first is a whole one in law.
  const double good_mean = law.law.good_mean.seconds();
  const double bad_mean = law.law.bad_mean.seconds();
  is_bad_ = sojourns_.bits(index_++) < random::threshold_for(bad_mean / (good_mean + bad_mean));
  stay();
}

void BurstState::stay() {
  // At least 1 ns, so that walking the states always moves on.
  const std::int64_t sojourn_ns = (is_bad_ ? bad_ : good_)(sojourns_.bits(index_++));
  until_ += Duration{std::max<std::int64_t>(1, sojourn_ns)};
}

void BurstState::flip() {
  is_bad_ = !is_bad_;
  stay();
}

Link::Chance Link::chance(double probability) {
  if (probability >= 1) return {0, true};
  return {random::threshold_for(probability), false};
}

Link::Link(LinkLaw law, const random::StreamFactory& streams, const std::string& name,
           Timeline partitions, SimInstant begin)
    : delay_(std::move(law.delay)),
      fifo_(law.order == Order::fifo),
      may_duplicate_(law.duplicate > 0),
      loss_draws_(streams.stream(name + "/loss")),
      delay_draws_(streams.stream(name + "/delay")),
      partitions_(std::move(partitions)),
      duplicate_(chance(law.duplicate)),
      duplicate_draws_(streams.stream(name + "/duplicate")),
      copy_delay_draws_(streams.stream(name + "/duplicate/delay")) {
  if (law.bursts) {
    bursts_ = true;
    may_lose_ = true;
    loss_good_ = chance(law.bursts->law.loss_good);
    loss_bad_ = chance(law.bursts->law.loss_bad);
    state_ = BurstState(*std::move(law.bursts), streams.stream(name + "/bursts"), begin);
  } else {
    may_lose_ = law.loss > 0;
    loss_good_ = chance(law.loss);
  }
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

void Link::transmit_run(std::span<const SimInstant> sent, std::uint64_t first,
                        std::span<SimInstant> arrival) {
  // On the stack and not in the link: links are many.
  std::array<std::int64_t, kPart> scratch;
  const bool instant = delay_.min_ns() < 1;
  for (std::size_t begin = 0; begin < sent.size(); begin += kPart) {
    const auto part = sent.subspan(begin, std::min(kPart, sent.size() - begin));
    const auto ns = std::span(scratch).first(part.size());
    delay_.fill(delay_draws_, first + begin, ns);
    if (instant) {
      for (std::int64_t& delay : ns) delay = std::max<std::int64_t>(1, delay);
    }
    for (std::size_t i = 0; i < ns.size(); ++i) ns[i] += part[i].ns;
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
