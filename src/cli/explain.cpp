// flatline explain: what a detector's parameters mean in time; explain causes is in causes.cpp.

#include "cli/explain.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "cli/causes.hpp"
#include "cli/command.hpp"
#include "cli/load.hpp"
#include "flatline/base/text.hpp"
#include "flatline/random/stream.hpp"

namespace flatline::cli {

namespace po = boost::program_options;

namespace {

using detect::DetectorInfo;
using detect::ParameterInfo;
using detect::ParameterType;
using Texts = std::vector<std::string>;

// Parameters that say when a detector acts, by whatever name.
constexpr std::array kDials{"timeout",
                            "misses",
                            "shift",
                            "safety_margin",
                            "threshold",
                            "phi_threshold",
                            "phi_convict_threshold",
                            "variation_weight",
                            "election_timeout",
                            "fall",
                            "max_no_heartbeat",
                            "acceptable_heartbeat_pause"};

// What stands in for a parameter that must be given. Durations are in intervals ("1x") or in mean
// delays ("1d").
const std::map<std::string, std::string> kExamples{{"timeout", "3x"},
                                                   {"shift", "1x"},
                                                   {"safety_margin", "1x"},
                                                   {"expected_delay", "1d"},
                                                   {"threshold", "8"},
                                                   {"ed.threshold", "0.95"},
                                                   {"satzger_histogram.threshold", "0.95"},
                                                   {"kappa.threshold", "2.5"},
                                                   {"target_detection_time", "3x"},
                                                   {"target_mistake_rate", "0.001"},
                                                   {"target_query_accuracy", "0.99"},
                                                   {"step", "0.1x"}};

// Detectors that go by the same word. The settings are those that one would take for the same.
struct Group {
  const char* about;
  std::vector<std::pair<const char*, const char*>> members;
};

const std::vector<Group>& groups() {
  static const std::vector<Group> all{
      {"phi = 8 means another silence in each: phi_normal takes the gaps for normal (as "
       "published), "
       "phi_exponential for exponential, phi_logistic puts a logistic curve in place of the normal "
       "one. The products add pauses, floors and scales of their own.",
       {{"phi_normal", "threshold=8"},
        {"phi_exponential", "threshold=8"},
        {"phi_logistic", "threshold=8"},
        {"akka", "threshold=8"},
        {"hazelcast", "type=phi-accrual threshold=8"},
        {"cassandra", "phi_convict_threshold=8"},
        {"chitchat", "phi_threshold=8"}}},
      {"A share of the gaps, 0.95 in each: ed and phi_exponential (1.30103 is -log10 0.05) assume "
       "exponential gaps, satzger_histogram counts those it has seen, phi_normal fits a normal "
       "law.",
       {{"ed", "threshold=0.95"},
        {"phi_exponential", "threshold=1.30103"},
        {"satzger_histogram", "threshold=0.95"},
        {"phi_normal", "threshold=1.30103"}}},
      {"\"Three intervals\" in each: counted from the last arrival, in whole buckets, in misses or "
       "in failed checks.",
       {{"fixed_timeout", "timeout=3x"},
        {"missed_beats", "misses=3"},
        {"akka_deadline", "acceptable_heartbeat_pause=2x heartbeat_interval=1x"},
        {"hazelcast", "type=deadline max_no_heartbeat=3x"},
        {"session", "timeout=3x expiry=bucketed tick=1x"},
        {"session", "timeout=3x expiry=plain"},
        {"health_check", "product=kubernetes interval=1x fall=3"},
        {"election_timer", "product=etcd election_timeout=3x heartbeat_interval=1x"},
        {"election_timer", "product=hashicorp election_timeout=3x"},
        {"kappa", "threshold=2.5"}}},
      {"A margin of one interval after the moment at which the next heartbeat is expected: from "
       "its "
       "send time (nfd_s, nfd_u), or from the arrivals in one window (nfd_e), two, or with a "
       "margin "
       "that moves (sfd, bertier).",
       {{"nfd_s", "shift=1x"},
        {"nfd_u", "safety_margin=1x expected_delay=1d"},
        {"nfd_e", "safety_margin=1x"},
        {"two_window", "safety_margin=1x"},
        {"sfd", "safety_margin=1x"},
        {"bertier", ""}}}};
  return all;
}

// "3x" of an interval of 2s is "6s".
std::string scaled(const std::string& text, const Link& link) {
  const char unit = text.empty() ? ' ' : text.back();
  if (unit != 'x' && unit != 'd') return text;
  const auto factor = parse_number(text.substr(0, text.size() - 1));
  if (!factor.ok()) return text;
  const Duration base = unit == 'x' ? link.interval : link.mean_delay;
  return format_duration(
      {static_cast<std::int64_t>(static_cast<double>(base.ns) * factor.value())});
}

// Settings by name; the rest are the defaults, and examples for what must be given.
class Draft {
 public:
  Draft(const DetectorInfo& info, const Link& link)
      : info_(info), setting_(info.parameters.size()) {
    for (std::size_t i = 0; i < setting_.size(); ++i) {
      const ParameterInfo& parameter = info.parameters[i];
      setting_[i] = parameter.default_value;
      if (setting_[i] || parameter.optional) continue;
      auto example = kExamples.find(info.name + "." + parameter.name);
      if (example == kExamples.end()) example = kExamples.find(parameter.name);
      FLATLINE_CHECK(example != kExamples.end(), "explain has an example of what must be given");
      setting_[i] =
          value_or_fail(detect::parse_value(parameter, scaled(example->second, link)), kUsage);
      said_.push_back(parameter.name);
    }
  }

  // False if the value is out of range.
  bool set(const std::string& name, const std::string& text) {
    const std::size_t i = index(name);
    const auto value = detect::parse_value(info_.parameters[i], text);
    if (!value.ok()) return false;
    setting_[i] = value.value();
    if (std::find(said_.begin(), said_.end(), name) == said_.end()) said_.push_back(name);
    return true;
  }

  [[nodiscard]] std::size_t index(const std::string& name) const {
    Texts names;
    for (std::size_t i = 0; i < info_.parameters.size(); ++i) {
      names.push_back(info_.parameters[i].name);
      if (names.back() == name) return i;
    }
    const std::string nearest = nearest_name(name, names);
    fail(kUsage, info_.name + " has no parameter \"" + name + "\"" +
                     (nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?"));
  }

  [[nodiscard]] const detect::Setting& setting() const { return setting_; }
  [[nodiscard]] std::string text() const {
    std::string out;
    for (const std::string& name : said_) {
      out += (out.empty() ? "" : " ") + name + "=" + detect::format_value(*setting_[index(name)]);
    }
    return out;
  }

 private:
  const DetectorInfo& info_;
  detect::Setting setting_;
  Texts said_;
};

// Adds what one detector, with its own luck, does on the link.
void add_silences(const DetectorInfo& info, const detect::Setting& setting, const Link& link,
                  const Draws& draws, std::vector<Duration>& out) {
  const auto family = detect::make_family(info, {&setting, 1}, {link.interval, &draws});
  for (std::size_t i = 0; i < link.beats.size(); ++i) {
    const LinkBeat& beat = link.beats[i];
    family->observe(beat.at,
                    {detect::ObservationKind::heartbeat, {}, beat.seq, beat.sent_at, true});
    // What takes longer to fill than there are beats is judged by the last third.
    if (!family->warmed_up(0) && i < link.beats.size() * 2 / 3) continue;
    const LocalInstant deadline = family->deadline(0);
    if (deadline == LocalInstant::never() || deadline == LocalInstant::before_all()) continue;
    out.push_back(std::max(Duration{}, deadline - beat.at));
  }
}

Silence silence_of(const DetectorInfo& info, const detect::Setting& setting, const Link& link) {
  constexpr int kLives = 64;  // of a detector that draws at random, maybe once only
  const random::StreamFactory factory(1, 0);
  std::vector<Duration> silences;
  for (int life = 0; life < (info.needs_draws ? kLives : 1); ++life) {
    const random::NamedDraws draws(factory, "explain/" + std::to_string(life));
    add_silences(info, setting, link, draws, silences);
  }
  if (silences.empty()) return {};
  const auto [least, most] = std::minmax_element(silences.begin(), silences.end());
  __int128 sum = 0;
  for (const Duration silence : silences) sum += silence.ns;
  return {false,
          {static_cast<std::int64_t>(sum / static_cast<std::int64_t>(silences.size()))},
          *least,
          *most};
}

bool same(const Silence& a, const Silence& b) {
  return a.never == b.never && a.mean == b.mean && a.least == b.least && a.most == b.most;
}

// Values worth showing beside the one that is set.
Texts values_for(const ParameterInfo& parameter, const detect::Value& set) {
  const auto* number = std::get_if<double>(&set);
  if (number != nullptr && parameter.max > 0 && parameter.max <= 1)
    return {"0.5", "0.9", "0.99", "0.999"};
  if (number != nullptr && parameter.name == "variation_weight") return {"1", "2", "8"};
  if (number != nullptr && *number < 5) return {"0.5", "1.5", "3.5", "4.5"};
  if (number != nullptr) return {"1", "3", "5", "10", "12", "16"};
  if (std::holds_alternative<std::int64_t>(set)) return {"1", "2", "3", "5", "10"};
  const Duration base = std::get<Duration>(set);
  return {format_duration(base / 2), format_duration(base * 2), format_duration(base * 4)};
}

double size_of(const detect::Value& value) {
  if (const auto* d = std::get_if<Duration>(&value)) return static_cast<double>(d->ns);
  if (const auto* n = std::get_if<std::int64_t>(&value)) return static_cast<double>(*n);
  return std::get<double>(value);
}

// What the parameter does, value by value in ascending order; nothing if it does nothing here.
std::vector<Meaning> meanings_of(const DetectorInfo& info, const Draft& base, std::size_t place,
                                 const Silence& set, const Link& link) {
  const ParameterInfo& parameter = info.parameters[place];
  const detect::Value& value = *base.setting()[place];
  const bool choice = parameter.type == ParameterType::choice;
  const std::string given = detect::format_value(value);
  struct Row {
    double size;
    Meaning meaning;
  };
  std::vector<Row> rows;
  rows.push_back({choice ? 0 : size_of(value), {parameter.name + "=" + given, set, true}});
  bool moves = false;
  for (const std::string& text : choice ? parameter.choices : values_for(parameter, value)) {
    Draft other = base;
    if (text == given || !other.set(parameter.name, text)) continue;
    const Silence silence = silence_of(info, other.setting(), link);
    moves = moves || !same(silence, set);
    rows.push_back({choice ? 0 : size_of(*other.setting()[place]),
                    {parameter.name + "=" + text, silence, false}});
  }
  std::vector<Meaning> out;
  if (!moves) return out;
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& a, const Row& b) { return a.size < b.size; });
  for (Row& row : rows) out.push_back(std::move(row.meaning));
  return out;
}

std::vector<Meaning> meanings_of(const DetectorInfo& info, const Draft& base, const Link& link) {
  const Silence set = silence_of(info, base.setting(), link);
  std::vector<Meaning> out;
  for (std::size_t i = 0; i < info.parameters.size(); ++i) {
    const ParameterInfo& parameter = info.parameters[i];
    const bool dial = std::find(kDials.begin(), kDials.end(), parameter.name) != kDials.end();
    if (!base.setting()[i] || (!dial && parameter.type != ParameterType::choice)) continue;
    for (Meaning& meaning : meanings_of(info, base, i, set, link))
      out.push_back(std::move(meaning));
  }
  if (out.empty()) out.push_back({"as it is", set, true});
  return out;
}

std::vector<Namesakes> namesakes_of(const DetectorInfo& info, const Link& link) {
  std::vector<Namesakes> out;
  for (const Group& group : groups()) {
    const bool among = std::any_of(group.members.begin(), group.members.end(),
                                   [&](const auto& member) { return info.name == member.first; });
    if (!among) continue;
    Namesakes found{group.about, {}};
    for (const auto& [name, settings] : group.members) {
      const DetectorInfo& other = *detect::find_detector(name);
      Draft draft(other, link);
      std::string rest = settings;
      std::string shown;
      while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(' '), rest.size());
        const auto [key, value] = key_value(rest.substr(0, end), "namesake");
        FLATLINE_CHECK(draft.set(key, scaled(value, link)), "a namesake's setting is valid");
        shown += (shown.empty() ? "" : " ") + key + "=" + scaled(value, link);
        rest.erase(0, end + 1);
      }
      found.members.push_back({name, shown, silence_of(other, draft.setting(), link)});
    }
    out.push_back(std::move(found));
  }
  return out;
}

Explanation explain(const DetectorInfo& info, const Link& link, const Texts& settings) {
  Draft draft(info, link);
  for (const std::string& text : settings) {
    const auto [key, value] = key_value(text, "--set");
    const ParameterInfo& parameter = info.parameters[draft.index(key)];
    if (!draft.set(key, value)) {
      const auto read = detect::parse_value(parameter, value);
      fail(kUsage, "--set " + text + ": " + read.problems().front().text());
    }
  }
  return {&info, draft.text(), meanings_of(info, draft, link), namesakes_of(info, link)};
}

const DetectorInfo& detector_named(const std::string& name) {
  if (const DetectorInfo* info = detect::find_detector(name)) return *info;
  Texts names;
  Texts near;
  for (const DetectorInfo& info : detect::detectors()) {
    names.push_back(info.name);
    const bool begins = name.size() > 1 && (info.name.find(name) != std::string::npos ||
                                            name.find(info.name) != std::string::npos);
    if (begins) near.push_back(info.name);
  }
  const std::string nearest = nearest_name(name, names);
  if (!nearest.empty() && std::find(near.begin(), near.end(), nearest) == near.end())
    near.insert(near.begin(), nearest);
  std::string hint;
  for (const std::string& known : near) hint += (hint.empty() ? "" : ", ") + ("\"" + known + "\"");
  fail(kUsage, "no detector \"" + name + "\"" +
                   (hint.empty() ? "" : "; did you mean " + hint + "?") +
                   "\ntry: flatline list detectors");
}

Link link_asked_for(const po::variables_map& values) {
  const bool plain = values.contains("interval") || values.contains("jitter");
  if (values.contains("scenario")) {
    if (plain) fail(kUsage, "--scenario tells interval and jitter; expected one or the other");
    return scenario_link(values["scenario"].as<std::string>());
  }
  const auto duration = [&](const char* name, Duration otherwise, bool above) {
    if (!values.contains(name)) return otherwise;
    const auto text = values[name].as<std::string>();
    const auto read = parse_duration(text);
    const std::string source = "--" + std::string(name) + " " + text + ": ";
    if (!read.ok()) fail(kUsage, source + read.problems().front().text());
    if (above && read.value().ns == 0) fail(kUsage, source + "expected a duration above 0s");
    if (read.value() > days(1)) fail(kUsage, source + "expected at most a day");
    return read.value();
  };
  const Duration interval = duration("interval", seconds(1), true);
  return plain_link(interval, duration("jitter", interval / 20, false));
}

}  // namespace

int explain_command(const Command& command, const Arguments& arguments) {
  if (!arguments.empty() && arguments.front() == "causes")
    return explain_causes({arguments.begin() + 1, arguments.end()});
  po::options_description options("Options");
  options.add_options()("interval", po::value<std::string>(),
                        "heartbeat interval of the link (default: 1s)")(
      "jitter", po::value<std::string>(),
      "standard deviation of its delays, which are four times that in the mean (default: a "
      "twentieth of the interval)")("scenario", po::value<std::string>(),
                                    "take the link of this scenario's first pair, without faults")(
      "set", po::value<Texts>()->composing(), "PARAMETER=VALUE; repeatable")(
      "format", po::value<std::string>()->default_value("table"), "table, json or markdown");
  po::variables_map values;
  if (!parse(command, arguments, options, {"topic", "name"}, values)) return kOk;
  const std::string topic = required(values, "topic", command);
  const bool all = topic == "detectors";
  if (!all && topic != "detector") {
    fail(kUsage,
         "nothing to explain under \"" + topic +
             "\"; expected: explain detector NAME, explain detectors, or explain causes SCENARIO "
             "(its options after that)");
  }
  const auto format = values["format"].as<std::string>();
  if (format != "table" && format != "json" && format != "markdown")
    fail(kUsage, "--format " + format + " is not table, json or markdown");
  const Texts settings = values.contains("set") ? values["set"].as<Texts>() : Texts{};
  std::vector<const DetectorInfo*> asked;
  if (all) {
    if (values.contains("name") || !settings.empty())
      fail(kUsage, "explain detectors takes no name and no --set; expected explain detector NAME");
    for (const DetectorInfo& info : detect::detectors()) asked.push_back(&info);
  } else {
    asked.push_back(&detector_named(required(values, "name", command)));
  }
  const Link link = link_asked_for(values);
  std::vector<Explanation> explanations;
  for (const DetectorInfo* info : asked) explanations.push_back(explain(*info, link, settings));
  print_explanations(explanations, link, format);
  return kOk;
}

}  // namespace flatline::cli
