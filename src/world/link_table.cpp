// Which law a link has.

#include <utility>

#include "flatline/world/link.hpp"
#include "world/laws.hpp"

namespace flatline::world {
namespace {

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
    out.bursts = law.laws ? BurstLaw{law, compiled(law.laws->good), compiled(law.laws->bad)}
                          : BurstLaw{law, exponential(law.good_mean), exponential(law.bad_mean)};
  }
  if (rule.queue) out.cross_traffic = cross_traffic(*rule.queue);
  return out;
}

LinkTable::LinkTable(const Model& model)
    : model_(&model), default_(compile_rule(model.default_link)) {
  if (!default_.delay) default_.delay = compiled(random::Distribution::constant(kDefaultDelay));
  if (model.zones && model.zones->jitter) jitter_ = compiled(*model.zones->jitter);
  for (const LinkRule& rule : model.links) {
    rules_.push_back(compile_rule(rule));
    rule_from_.push_back(membership(rule.from, model.cluster.size()));
    rule_to_.push_back(membership(rule.to, model.cluster.size()));
  }
}

void LinkTable::apply(const LinkRule& rule, const CompiledRule& compiled, LinkLaw& law) {
  if (compiled.delay) {
    law.delay = *compiled.delay;
    law.shift = {};
  }
  if (rule.loss) {
    law.loss = rule.loss->probability;
    law.bursts = compiled.bursts;
  }
  if (rule.duplicate) law.duplicate = *rule.duplicate;
  if (rule.order) law.order = *rule.order;
  if (rule.correlation_time) law.correlation_time = *rule.correlation_time;
  if (rule.queue) {
    law.queue = *rule.queue;
    law.cross_traffic = compiled.cross_traffic;
  }
  if (rule.transport) law.transport = *rule.transport;
  if (rule.tcp) law.tcp = *rule.tcp;
}

void LinkTable::apply_zones(NodeId from, NodeId to, LinkLaw& law) const {
  if (!model_->zones) return;
  const Zones& zones = *model_->zones;
  const std::int32_t a = zones.zone_of[from.value], b = zones.zone_of[to.value];
  if (a < 0 || b < 0) return;
  law.delay = jitter_;
  law.shift =
      zones.one_way[static_cast<std::size_t>(a) * zones.count + static_cast<std::size_t>(b)];
}

LinkLaw LinkTable::law(NodeId from, NodeId to) const {
  LinkLaw law;
  apply(model_->default_link, default_, law);
  apply_zones(from, to, law);
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    const LinkRule& rule = model_->links[i];
    const bool forward = rule_from_[i][from.value] && rule_to_[i][to.value];
    const bool backward = rule.both_ways && rule_from_[i][to.value] && rule_to_[i][from.value];
    if (forward || backward) apply(rule, rules_[i], law);
  }
  return law;
}

}  // namespace flatline::world
