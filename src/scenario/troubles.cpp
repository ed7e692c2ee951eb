#include "flatline/scenario/troubles.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

#include "flatline/base/text.hpp"
#include "scenario/reader.hpp"

namespace flatline::scenario {
namespace {

/// What is written to a place of the document; nothing: the place is removed.
struct Edit {
  std::string pointer;
  std::optional<std::string> value;
};

struct Switch {
  std::string name;
  std::string off;
  bool whole = true;
  std::vector<std::string> causes;
  std::vector<Edit> edits;
  std::vector<std::size_t> idle;
};

/// Keys of links that trouble heartbeats by being there.
struct LinkTrouble {
  std::string_view key;
  std::string_view of;        ///< The key whose trouble it belongs to.
  std::string_view harmless;  ///< A text that stands for its absence.
};
constexpr std::array kLinkTroubles{
    LinkTrouble{"queue", "queue", ""},
    LinkTrouble{"correlation_time", "correlation_time", "0s"},
    LinkTrouble{"transport", "transport", "udp"},
    LinkTrouble{"tcp", "transport", ""},
};

// Members of a scenario in which no link stands.
constexpr std::array kNoLinks{"nodes", "places", "clocks", "watch", "faults", "detectors", "sweep"};
constexpr std::array kStruckKeys{"node", "nodes", "places", "a", "b", "from", "to"};

/// The texts of a text or of a list of them.
std::vector<std::string> texts_of(const Node* node) {
  std::vector<std::string> out;
  if (node == nullptr) return out;
  if (node->kind == Kind::text) out.push_back(node->text);
  if (node->kind == Kind::list) {
    for (const Member& member : node->members) {
      if (member.value.kind == Kind::text) out.push_back(member.value.text);
    }
  }
  return out;
}

/// "a", "a, b" or "a and 5 more"
std::string joined(const std::vector<std::string>& names) {
  if (names.size() > 2) return names[0] + " and " + std::to_string(names.size() - 1) + " more";
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

/// "worker", "worker/0 and 2 more | monitor"
std::string struck_by(const Node& fault) {
  std::string out;
  for (const char* key : kStruckKeys) {
    const std::string names = joined(texts_of(fault.find(key)));
    if (!names.empty()) out += (out.empty() ? "" : " | ") + names;
  }
  return out;
}

/// Whether two names, each of a group or a node, share a node.
bool overlap(const std::string& a, const std::string& b) {
  return a == b || a.starts_with(b + "/") || b.starts_with(a + "/");
}

bool overlap(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::any_of(a.begin(), a.end(), [&](const std::string& x) {
    return std::any_of(b.begin(), b.end(), [&](const std::string& y) { return overlap(x, y); });
  });
}

bool is_zero(const Node& node) {
  if (!node.is_number()) return false;
  const auto number = parse_number(node.text);
  return number.ok() && number.value() == 0;
}

/// The share of draws at most `x`. REQUIRES: the law is no mixture: its samples rise with the draw.
double share_at_most(const random::Sampler& law, std::int64_t x) {
  if (law(0) > x) return 0;
  std::uint64_t least = 0;
  std::uint64_t most = ~std::uint64_t{0};
  while (least < most) {
    const std::uint64_t middle = least + (most - least) / 2 + 1;
    if (law(middle) <= x) {
      least = middle;
    } else {
      most = middle - 1;
    }
  }
  return static_cast<double>(least) * 0x1p-64;
}

double share_at_most(const random::Distribution& law, std::int64_t x) {
  if (law.family != random::Family::mixture) {
    const auto sampler = random::compile(law);
    return sampler ? share_at_most(sampler.value(), x) : 0;
  }
  double weights = 0;
  double share = 0;
  for (const auto& component : law.mixture) {
    weights += component.weight;
    share += component.weight * share_at_most(component.of, x - law.plus.ns);
  }
  return share / weights;
}

/// The median of a law that compiles to `sampler`.
Duration median_of(const random::Distribution& law, const random::Sampler& sampler) {
  if (law.family != random::Family::mixture) return {sampler(std::uint64_t{1} << 63)};
  std::int64_t low = sampler.min_ns();
  std::int64_t high = sampler.max_ns();
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    if (share_at_most(law, middle) >= 0.5) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return {low};
}

class Finder {
 public:
  Finder(const Document& document, Session& session)
      : context_(document, session), root_(document.root()) {}

  std::vector<Switch> find() {
    loss_ = {"loss", "loss 0", true, {"loss"}, {}, {}};
    delay_ = {"delay variation", "every delay its median", true, {"delay"}, {}, {}};
    duplicate_ = {"duplicates", "duplicate 0", true, {}, {}, {}};
    for (const Member& member : root_.members) {
      const bool has_links =
          std::find(kNoLinks.begin(), kNoLinks.end(), member.name) == kNoLinks.end();
      if (has_links) walk(member.value, child("", member.name));
    }
    find_faults();
    if (!delay_.edits.empty()) {  // correlation is of the variation, and nothing without it
      const auto& correlation = links_["correlation_time"].edits;
      delay_.edits.insert(delay_.edits.end(), correlation.begin(), correlation.end());
    }
    if (links_.contains("transport")) loss_.causes.emplace_back("delay");  // it sends again, later
    for (Switch* found : {&loss_, &delay_, &duplicate_}) keep(std::move(*found));
    for (auto& [key, found] : links_) keep(std::move(found));
    if (root_.find("clocks") != nullptr) {
      keep({"clocks", "removed", true, {"clock"}, {{"/clocks", {}}}, {}});
    }
    const Node* watch = root_.find("watch");
    const Node* push = watch != nullptr ? watch->find("push") : nullptr;
    if (push != nullptr && push->find("jitter") != nullptr) {
      keep({"heartbeat jitter", "removed", true, {"delay"}, {{"/watch/push/jitter", {}}}, {}});
    }
    if (!found_.empty()) add_everything();
    return std::move(found_);
  }

 private:
  void keep(Switch found) {
    if (!found.edits.empty() || !found.idle.empty()) found_.push_back(std::move(found));
  }

  void add_everything() {
    Switch all{"everything", "all of these at once", false, {}, {}, {}};
    for (const Switch& one : found_) {
      all.edits.insert(all.edits.end(), one.edits.begin(), one.edits.end());
      if (one.whole) all.idle.insert(all.idle.end(), one.idle.begin(), one.idle.end());
    }
    found_.push_back(std::move(all));
  }

  /// Links wherever they stand.
  void walk(const Node& node, const std::string& pointer) {
    for (std::size_t i = 0; i < node.members.size(); ++i) {
      const Member& member = node.members[i];
      const std::string place =
          node.kind == Kind::list ? child(pointer, i) : child(pointer, member.name);
      if (member.name == "delay") {
        steady(member.value, place);
      } else if (pointer == "/zones" && member.name == "jitter") {
        delay_.edits.push_back({place, {}});
      } else if (member.name == "loss") {
        if (!is_zero(member.value)) loss_.edits.push_back({place, "0"});
      } else if (member.name == "duplicate") {
        if (!is_zero(member.value)) duplicate_.edits.push_back({place, "0"});
      } else if (!link_trouble(member, place)) {
        walk(member.value, place);
      }
    }
  }

  bool link_trouble(const Member& member, const std::string& place) {
    for (const LinkTrouble& known : kLinkTroubles) {
      if (member.name != known.key) continue;
      if (member.value.kind == Kind::text && member.value.text == known.harmless) return true;
      Switch& found = links_[std::string(known.of)];
      found.name = known.of;
      std::replace(found.name.begin(), found.name.end(), '_', ' ');
      found.off = "removed";
      found.causes = {"delay"};
      if (known.of == "queue") found.causes.emplace_back("loss");  // its buffer overflows
      found.edits.push_back({place, {}});
      return true;
    }
    return false;
  }

  /// A delay that varies becomes its median.
  void steady(const Node& value, const std::string& place) {
    const auto law = law_at(context_, {&value, place});
    if (!law) return;
    const auto sampler = random::compile(*law);
    if (!sampler || sampler.value().min_ns() == sampler.value().max_ns()) return;
    delay_.edits.push_back({place, format_duration(median_of(*law, sampler.value()))});
  }

  /// The causes of mistakes that such a fault makes.
  [[nodiscard]] std::vector<std::string> causes_of(const std::string& kind,
                                                   const Node& fault) const {
    if (kind == "crash" || kind == "gray_failure") return {};
    if (kind == "route_change") return {"delay"};
    if (kind == "clock_step") return {"clock"};
    if (kind != "stall") return {kind};
    if (fault.find("places") != nullptr) return {"host_stall"};
    const Node* watch = root_.find("watch");
    const Node* push = watch != nullptr ? watch->find("push") : nullptr;
    std::vector<std::string> struck = texts_of(fault.find("node"));
    for (const std::string& name : texts_of(fault.find("nodes"))) struck.push_back(name);
    const bool sender = push != nullptr && overlap(struck, texts_of(push->find("from")));
    const bool monitor = push != nullptr && overlap(struck, texts_of(push->find("to")));
    std::vector<std::string> out;
    if (sender || !monitor) out.emplace_back("sender_stall");
    if (monitor || !sender) out.emplace_back("monitor_stall");
    return out;
  }

  void find_faults() {
    const Node* faults = root_.find("faults");
    if (faults == nullptr) return;
    std::map<std::string, Switch> kinds;
    for (std::size_t i = 0; i < faults->members.size(); ++i) {
      const Node& entry = faults->members[i].value;
      if (entry.members.empty()) continue;
      const std::string& kind = entry.members.front().name;
      const Node& fault = entry.members.front().value;
      Switch one{"faults/" + std::to_string(i) + " " + kind, "never strikes", true, {}, {}, {i}};
      const std::string struck = struck_by(fault);
      if (!struck.empty()) one.name += " " + struck;
      one.causes = causes_of(kind, fault);
      Switch& all = kinds[kind];
      all.idle.push_back(i);
      for (const std::string& cause : one.causes) {
        if (std::find(all.causes.begin(), all.causes.end(), cause) == all.causes.end()) {
          all.causes.push_back(cause);
        }
      }
      keep(std::move(one));
    }
    for (auto& [kind, all] : kinds) {
      if (all.idle.size() < 2) continue;
      all.name = "every " + kind;
      all.off = "never strike";
      all.whole = false;
      keep(std::move(all));
    }
  }

  Context context_;
  const Node& root_;
  Switch loss_, delay_, duplicate_;
  std::map<std::string, Switch> links_;  ///< By key.
  std::vector<Switch> found_;
};

}  // namespace

Result<std::vector<Trouble>> troubles(const Document& document, const std::string& base_folder,
                                      const ReadOptions& options) {
  Session session;
  session.base_folder = base_folder;
  session.options = options;
  std::vector<Trouble> out;
  for (Switch& found : Finder(document, session).find()) {
    Trouble trouble{
        std::move(found.name), std::move(found.off), found.whole, std::move(found.causes), document,
        std::move(found.idle)};
    for (const Edit& edit : found.edits) {
      if (!edit.value) {
        trouble.document = trouble.document.without(edit.pointer);
        continue;
      }
      auto changed = trouble.document.with(edit.pointer, *edit.value, "without " + trouble.name);
      if (!changed) return changed.problems();
      trouble.document = std::move(changed).value();
    }
    out.push_back(std::move(trouble));
  }
  return out;
}

}  // namespace flatline::scenario
