// The sweep block: axes to values, every value tried in its place, the grid counted.

#include <algorithm>
#include <map>

#include "flatline/base/text.hpp"
#include "scenario/axis.hpp"
#include "scenario/reader.hpp"

namespace flatline::scenario {
namespace {

constexpr std::int64_t kMostCombinations = 10'000'000;
constexpr std::size_t kMostProblemsPerAxis = 5;

/// One axis while it is read.
struct Draft {
  Spot spot;
  std::vector<std::string> places;
  std::vector<std::string> values;
  std::vector<Spot> spots;  // of each value of a list
};

std::optional<std::string> scalar_at(Context& context, const Spot& spot) {
  if (!spot) return std::nullopt;
  if (spot.node->is_number()) return spot.node->text;
  if (spot.node->kind == Kind::text && parse_duration(spot.node->text)) return spot.node->text;
  context.add(spot, describe(*spot.node) + " is neither a number nor a duration",
              "a number, or a duration such as \"3s\"");
  return std::nullopt;
}

void read_range(Context& context, Draft& draft) {
  Fields fields(context, draft.spot, "axis");
  const auto from = scalar_at(context, fields.get("from"));
  const auto to = scalar_at(context, fields.get("to"));
  const Spot step = fields.get("step");
  const Spot points = fields.get("points");
  const auto scale = fields.word("scale");
  if (!fields.valid()) return;
  if (static_cast<bool>(step) == static_cast<bool>(points)) {
    context.add(draft.spot,
                step ? "the axis has both \"step\" and \"points\"" : "the axis has no \"step\"",
                step ? "one of them" : "\"step\" or \"points\"");
    return;
  }
  if (step && fields.has("scale")) {
    context.add(fields.get("scale"), "\"scale\" does not go with \"step\"", "\"points\"");
    return;
  }
  Range range;
  if (step) {
    const auto text = scalar_at(context, step);
    if (!text) return;
    range.step = *text;
  } else {
    const auto count = fields.count("points");
    if (!count) return;
    range.points = *count;
  }
  if (!from || !to) return;
  range.from = *from;
  range.to = *to;
  range.log = scale.value_or(0) == 1;
  const bool whole =
      !draft.places.empty() && std::all_of(draft.places.begin(), draft.places.end(), takes_count);
  auto values = expand(range, whole);
  if (values) {
    draft.values = std::move(values).value();
  } else {
    context.add(draft.spot, values.problems().front());
  }
}

void read_list(Context& context, Draft& draft) {
  if (!is_list(context, draft.spot, 1)) return;
  if (static_cast<std::int64_t>(draft.spot.node->members.size()) > kMostAxisValues) {
    context.add(draft.spot,
                "the axis has " + std::to_string(draft.spot.node->members.size()) + " values",
                "at most " + std::to_string(kMostAxisValues));
    return;
  }
  std::map<std::string, std::size_t> first;
  for (std::size_t i = 0; i < draft.spot.node->members.size(); ++i) {
    const Spot item = draft.spot.at(i);
    std::string value = setting_of(*item.node);
    if (!first.emplace(value, i).second) {
      context.add(item, "the axis has " + describe(*item.node) + " twice", "each value once");
      continue;
    }
    draft.values.push_back(std::move(value));
    draft.spots.push_back(item);
  }
}

class SweepReader {
 public:
  SweepReader(Context& context, Sweep& sweep) : context_(context), sweep_(sweep) {
    for (const Problem& problem : context.problems())
      known_.insert(problem.pointer + problem.message);
  }

  void read(const Spot& block) {
    const Node* where = block.node->find("where");
    for (const Member& member : block.node->members) {
      if (member.name != "where")
        read_axis(member, {&member.value, child(block.pointer, member.name)});
    }
    check_overlaps();
    check_size(block);
    std::vector<std::string> names;
    for (const Axis& axis : sweep_.axes) names.push_back(axis.name);
    if (where == nullptr) return;
    const Spot spot{where, child(block.pointer, "where")};
    const auto text = text_at(context_, spot);
    if (!text || text->empty()) return;
    sweep_.where = *text;
    if (!all_read_) return;
    const auto condition = Condition::parse(*text, names);
    if (!condition) context_.add(spot, condition.problems().front());
  }

 private:
  void read_axis(const Member& member, const Spot& spot) {
    Draft draft;
    draft.spot = spot;
    const auto places = context_.document().places(member.name);
    if (places) {
      draft.places = places.value();
    } else {
      Problem problem = context_.placed(member.value, member.line, spot.pointer);
      problem.message = places.problems().front().message;
      problem.expected = places.problems().front().expected;
      problem.suggestion = places.problems().front().suggestion;
      context_.add(std::move(problem));
    }
    if (spot.node->kind == Kind::object) {
      read_range(context_, draft);
    } else {
      read_list(context_, draft);
    }
    if (draft.values.empty() || draft.places.empty()) {
      all_read_ = false;
      return;
    }
    check_values(draft);
    sweep_.axes.push_back({member.name, draft.values});
    drafts_.push_back(std::move(draft));
  }

  /// Writes values into the document and reads it again. A range needs only its ends: what is
  /// allowed of one parameter is an interval.
  void check_values(const Draft& draft) {
    std::vector<std::size_t> chosen;
    if (draft.spots.empty()) {
      chosen.push_back(0);
      if (draft.values.size() > 1) chosen.push_back(draft.values.size() - 1);
    } else {
      for (std::size_t i = 0; i < draft.values.size(); ++i) chosen.push_back(i);
    }
    std::size_t found = 0;
    for (const std::size_t i : chosen) {
      if (found >= kMostProblemsPerAxis) return;
      const Spot& spot = draft.spots.empty() ? draft.spot : draft.spots[i];
      if (check_value(draft, draft.values[i], spot)) ++found;
    }
  }

  /// Whether the value made a problem.
  bool check_value(const Draft& draft, const std::string& value, const Spot& spot) {
    Document changed = context_.document();
    for (const std::string& place : draft.places) {
      auto next = changed.with(place, value, "");
      if (!next) {
        context_.add(spot, next.problems().front());
        return true;
      }
      changed = std::move(next).value();
    }
    Session& session = context_.session();
    const bool had_sweep = session.options.sweep;
    session.options.sweep = false;
    const auto read = read_in_session(changed, session);
    session.options.sweep = had_sweep;
    if (read) return false;
    for (const Problem& problem : read.problems()) {
      if (known_.count(problem.pointer + problem.message) > 0) continue;
      context_.add(spot,
                   "with the value " + value + ", " + problem.pointer + ": " + problem.message,
                   problem.expected, problem.suggestion);
      return true;
    }
    return false;
  }

  void check_overlaps() {
    std::map<std::string, std::size_t> owner;
    for (std::size_t i = 0; i < drafts_.size(); ++i) {
      for (const std::string& place : drafts_[i].places) {
        const auto [found, is_new] = owner.emplace(place, i);
        if (is_new) continue;
        context_.add(drafts_[i].spot,
                     "the axis sets " + place + ", and so does the axis " +
                         in_quotes(sweep_.axes[found->second].name),
                     "one axis for each place");
        break;
      }
    }
  }

  /// How many detectors' settings the grid has: an axis multiplies only the rows that it can
  /// affect.
  void check_size(const Spot& block) {
    const auto& list = context_.document().root().find("detectors");
    if (list == nullptr || list->kind != Kind::list || drafts_.empty()) return;
    // Saturated: the number itself is shown up to here.
    constexpr __int128 kTooMany = 1'000'000'000'000'000'000;
    __int128 total = 0;
    for (std::size_t i = 0; i < list->members.size(); ++i) {
      const std::string prefix = "/detectors/" + std::to_string(i) + "/";
      __int128 rows = 1;
      for (const Draft& draft : drafts_) {
        const bool affects =
            std::any_of(draft.places.begin(), draft.places.end(), [&](const std::string& place) {
              return place.rfind("/detectors/", 0) != 0 || place.rfind(prefix, 0) == 0;
            });
        if (affects) rows = std::min(rows * static_cast<__int128>(draft.values.size()), kTooMany);
      }
      total = std::min(total + rows, kTooMany);
    }
    if (total <= kMostCombinations) return;
    context_.add(block,
                 "the grid has " + std::string(total == kTooMany ? "at least " : "") +
                     std::to_string(static_cast<std::int64_t>(total)) + " combinations",
                 "at most " + std::to_string(kMostCombinations));
  }

  Context& context_;
  Sweep& sweep_;
  std::set<std::string> known_;  // problems that are there without the sweep
  std::vector<Draft> drafts_;    // beside sweep_.axes
  bool all_read_ = true;
};

}  // namespace

void read_sweep(Context& context, Fields& scenario, Sweep& sweep) {
  const Spot block = scenario.get("sweep");
  if (!block) return;
  if (block.node->kind != Kind::object) {
    context.add(block, describe(*block.node) + " is not an object", "axes by name, in braces");
    return;
  }
  if (context.session().asked != nullptr) context.session().asked->emplace("sweep", "where");
  SweepReader(context, sweep).read(block);
}

Result<Axis> parse_axis(std::string_view text) {
  auto read = read_axis_text(text);
  if (!read) return read.problems();
  AxisText axis = std::move(read).value();
  if (!axis.values.empty()) return Axis{axis.name, axis.values};
  auto values = expand(axis.range, /*whole=*/false);
  if (!values) return values.problems();
  return Axis{axis.name, std::move(values).value()};
}

Result<Document> with_axis(const Document& document, std::string_view text,
                           const std::string& source) {
  auto read = read_axis_text(text);
  if (!read) {
    Problem problem = read.problems().front();
    problem.file = source;
    return problem;
  }
  const AxisText axis = std::move(read).value();
  const auto json = [](const std::string& value) {
    return parse_node(value, "") ? value : in_quotes(value);
  };
  std::string block;
  if (axis.values.empty()) {
    const Range& range = axis.range;
    block = "{\"from\":" + json(range.from) + ",\"to\":" + json(range.to);
    if (range.step.empty()) {
      block += ",\"points\":" + std::to_string(range.points);
      block += range.log ? ",\"scale\":\"log\"" : "";
    } else {
      block += ",\"step\":" + json(range.step);
    }
    block += "}";
  } else {
    for (const std::string& value : axis.values) block += (block.empty() ? "[" : ",") + json(value);
    block += "]";
  }
  return document.with(child("/sweep", axis.name), block, source);
}

std::int64_t longest_window(const Scenario& scenario) {
  std::int64_t longest = 1;
  const auto is_window = [](const std::string& name) {
    const std::string last = name.substr(name.find_last_of("./") + 1);
    return last == "window";
  };
  for (const DetectorEntry& entry : scenario.detectors) {
    for (std::size_t i = 0; i < entry.setting.size(); ++i) {
      const auto* samples =
          entry.setting[i] ? std::get_if<std::int64_t>(&*entry.setting[i]) : nullptr;
      if (samples != nullptr && is_window(entry.info->parameters[i].name))
        longest = std::max(longest, *samples);
    }
  }
  for (const Axis& axis : scenario.sweep.axes) {
    if (!is_window(axis.name)) continue;
    for (const std::string& value : axis.values) {
      if (const auto samples = parse_count(value)) longest = std::max(longest, samples.value());
    }
  }
  return longest;
}

}  // namespace flatline::scenario
