// Links: delays, loss, queues and transports.

#include <map>
#include <tuple>

#include "flatline/base/text.hpp"
#include "scenario/reader.hpp"

namespace flatline::scenario {
namespace {

const char* const kNameExpected = "a letter, then letters, digits, _ or -";

class LinkReader {
 public:
  LinkReader(Context& context, world::Model& model) : context_(context), model_(model) {}

  /// The keys that link and an entry of links share.
  void read(Fields& fields, world::LinkRule& rule) {
    if (const Spot spot = fields.get("delay")) rule.delay = law_at(context_, spot);
    if (const Spot spot = fields.get("loss")) rule.loss = loss_at(spot);
    if (const auto duplicate = fields.number("duplicate")) rule.duplicate = *duplicate;
    if (const auto word = fields.word("order")) {
      rule.order = *word == 0 ? world::Order::any : world::Order::fifo;
    }
    if (const auto time = fields.duration("correlation_time")) rule.correlation_time = *time;
    if (const Spot spot = fields.get("queue")) rule.queue = queue_at(spot);
    if (const auto word = fields.word("transport")) {
      rule.transport = *word == 0 ? world::Transport::udp : world::Transport::tcp;
    }
    if (const Spot spot = fields.get("tcp")) rule.tcp = tcp_at(spot);
    check(fields, rule);
  }

 private:
  /// What does not go together within one object.
  void check(Fields& fields, const world::LinkRule& rule) {
    const bool is_default = &rule == &model_.default_link;
    const bool is_tcp = rule.transport == world::Transport::tcp;
    if (is_tcp && rule.duplicate.value_or(0) > 0 && fields.has("duplicate")) {
      context_.add(fields.get("duplicate"), "tcp delivers nothing twice",
                   "0, or \"udp\" as the transport");
    }
    if (fields.has("tcp") && !is_tcp && (is_default || rule.transport)) {
      context_.add(fields.get("tcp"), "\"tcp\" stands beside the transport \"udp\"",
                   "\"transport\": \"tcp\"");
    }
    if (fields.has("correlation_time") && rule.correlation_time.value_or(Duration{}).ns > 0 &&
        rule.delay && rule.delay->family == random::Family::mixture) {
      context_.add(fields.get("correlation_time"),
                   "the delays of a mixture have no order, so they cannot be correlated",
                   "another law of delays");
    }
  }

  std::optional<world::Loss> loss_at(const Spot& spot) {
    world::Loss loss;
    if (spot.node->kind != Kind::object) {
      const auto probability = number_at(context_, spot);
      if (!probability) return std::nullopt;
      if (*probability < 0 || *probability > 1) {
        context_.add(spot, describe(*spot.node) + " is not a probability", "a number from 0 to 1");
        return std::nullopt;
      }
      loss.probability = *probability;
      return loss;
    }
    Fields fields(context_, spot, "loss");
    const Spot states = fields.get("gilbert_elliott");
    const Spot laws = fields.get("alternating");
    if (static_cast<bool>(states) == static_cast<bool>(laws)) {
      const std::string kinds = list_of(key_names("loss"));
      if (states) {
        context_.add(spot, "the loss names several processes: \"gilbert_elliott\", \"alternating\"",
                     "exactly one of " + kinds);
      } else if (fields.all_known()) {
        context_.add(spot, "the loss names no process", "a number from 0 to 1, or " + kinds);
      }
      return std::nullopt;
    }
    loss.bursts = states ? states_at(states) : alternating_at(laws);
    return loss.bursts ? std::optional(loss) : std::nullopt;
  }

  /// What both processes have.
  void read_burst(Fields& fields, world::GilbertElliott& law, const std::string& times) {
    law.loss_good = fields.number("loss_good").value_or(law.loss_good);
    law.loss_bad = fields.number("loss_bad").value_or(law.loss_bad);
    law.shared = shared_at(fields);
    if (law.shared.empty()) return;
    const auto [found, is_new] =
        states_.emplace(law.shared, std::pair(times, fields.spot().pointer));
    if (is_new || found->second.first == times) return;
    context_.add(
        fields.get("shared"),
        "the state " + in_quotes(law.shared) + " has other times at " + found->second.second,
        "the same times wherever it is shared");
  }

  std::optional<world::GilbertElliott> states_at(const Spot& spot) {
    Fields fields(context_, spot, "gilbert_elliott");
    if (!fields.valid()) return std::nullopt;
    world::GilbertElliott law;
    law.good_mean = fields.duration("good_mean").value_or(seconds(1));
    law.bad_mean = fields.duration("bad_mean").value_or(seconds(1));
    read_burst(fields, law,
               "means " + format_duration(law.good_mean) + " " + format_duration(law.bad_mean));
    return law;
  }

  std::optional<random::Distribution> sojourn(Fields& fields, std::string_view key) {
    const Spot spot = fields.get(key);
    auto law = spot ? law_at(context_, spot) : std::nullopt;
    if (law && is_never_above_zero(*law)) {
      context_.add(spot, "this time is always zero", "a law with durations above 0s");
      return std::nullopt;
    }
    return law;
  }

  std::optional<world::GilbertElliott> alternating_at(const Spot& spot) {
    Fields fields(context_, spot, "alternating");
    if (!fields.valid()) return std::nullopt;
    auto good = sojourn(fields, "good");
    auto bad = sojourn(fields, "bad");
    world::GilbertElliott law;
    std::string times = "laws";
    for (const char* key : {"good", "bad"}) {
      if (const Node* node = spot.node->find(key)) times += " " + json_of(*node);
    }
    read_burst(fields, law, times);
    if (!good || !bad) return std::nullopt;
    law.laws = {*std::move(good), *std::move(bad)};
    return law;
  }

  /// The name of what several links share; empty if there is none.
  std::string shared_at(Fields& fields) {
    const auto name = fields.text("shared");
    if (!name) return {};
    if (is_name(*name)) return *name;
    const Spot spot = fields.get("shared");
    context_.add(spot, describe(*spot.node) + " is not a name", kNameExpected);
    return {};
  }

  std::optional<world::Queue> queue_at(const Spot& spot) {
    Fields fields(context_, spot, "queue");
    if (!fields.valid()) return std::nullopt;
    world::Queue queue;
    const auto rate = fields.count("bytes_per_second");
    queue.bytes_per_second = rate.value_or(0);
    queue.buffer_bytes = fields.count("buffer_bytes").value_or(queue.buffer_bytes);
    queue.load = fields.number("load").value_or(queue.load);
    queue.packet_bytes = fields.count("packet_bytes").value_or(queue.packet_bytes);
    queue.shared = shared_at(fields);
    if (queue.load >= 1) {
      const Spot place = fields.get("load");
      context_.add(place, describe(*place.node) + " is too large",
                   "a number below 1, so that the queue ever empties");
    }
    if (queue.shared.empty() || !rate) return queue;
    const auto terms = std::tuple(*rate, queue.buffer_bytes, queue.load, queue.packet_bytes);
    const auto [found, is_new] = queues_.emplace(queue.shared, std::pair(terms, spot.pointer));
    if (!is_new && found->second.first != terms) {
      context_.add(
          fields.get("shared"),
          "the queue " + in_quotes(queue.shared) + " is another at " + found->second.second,
          "the same values wherever it is shared");
    }
    return queue;
  }

  std::optional<world::Tcp> tcp_at(const Spot& spot) {
    Fields fields(context_, spot, "tcp");
    if (!fields.valid()) return std::nullopt;
    world::Tcp tcp;
    tcp.first_timeout = fields.duration("first_timeout").value_or(tcp.first_timeout);
    tcp.longest_timeout = fields.duration("longest_timeout").value_or(tcp.longest_timeout);
    tcp.retries = fields.count("retries").value_or(tcp.retries);
    if (tcp.longest_timeout < tcp.first_timeout) {
      const Spot place =
          fields.get(fields.has("longest_timeout") ? "longest_timeout" : "first_timeout");
      context_.add(place, "the longest timeout is shorter than the first",
                   "at least " + format_duration(tcp.first_timeout) + " as \"longest_timeout\"");
    }
    return tcp;
  }

  using QueueTerms = std::tuple<std::int64_t, std::int64_t, double, std::int64_t>;

  Context& context_;
  world::Model& model_;
  std::map<std::string, std::pair<std::string, std::string>> states_;  // by shared name
  std::map<std::string, std::pair<QueueTerms, std::string>> queues_;
};

}  // namespace

void read_links(Context& context, Fields& scenario, const Nodes& nodes, world::Model& model) {
  LinkReader reader(context, model);
  world::LinkRule& standard = model.default_link;
  standard.delay = random::Distribution::constant(world::kDefaultDelay);
  standard.loss = world::Loss{};
  standard.duplicate = 0;
  standard.order = world::Order::any;
  standard.correlation_time = Duration{};
  standard.transport = world::Transport::udp;
  if (const Spot spot = scenario.get("link")) {
    Fields fields(context, spot, "link");
    reader.read(fields, standard);
  }
  if (standard.transport == world::Transport::tcp && !standard.tcp) standard.tcp = world::Tcp{};
  const Spot list = scenario.get("links");
  if (!list || !is_list(context, list, 0)) return;
  for (std::size_t i = 0; i < list.node->members.size(); ++i) {
    Fields fields(context, list.at(i), "link_rule");
    world::LinkRule rule;
    const Spot from = fields.get("from");
    const Spot to = fields.get("to");
    if (from) rule.from = nodes.at(context, from).value_or(std::vector<NodeId>{});
    if (to) rule.to = nodes.at(context, to).value_or(std::vector<NodeId>{});
    rule.both_ways = fields.boolean("both_ways").value_or(false);
    reader.read(fields, rule);
    model.links.push_back(std::move(rule));
  }
}

}  // namespace flatline::scenario
