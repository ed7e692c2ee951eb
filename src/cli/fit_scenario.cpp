#include "cli/fit_scenario.hpp"

#include <algorithm>
#include <cmath>

#include "flatline/base/text.hpp"

namespace flatline::cli {
namespace {

using random::Distribution;
using random::Family;

// More recorded values than this are thinned to as many, evenly by rank.
constexpr std::size_t kMostRecorded = 200'000;
constexpr int kSenders = 10;

std::string quoted(Duration d) {
  return "\"" + format_duration(d) + "\"";
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  }
  return out + "\"";
}

// The law's own object, without `plus`.
std::string bare_law(const Distribution& law) {
  const std::string name(random::name_of(law.family));
  const std::string value = quoted(law.value), shape = format_number(law.shape, 6);
  const auto object = [&](const std::string& keys) { return "\"" + name + "\": {" + keys + "}"; };
  switch (law.family) {
    case Family::uniform:
      return "\"uniform\": [" + value + ", " + quoted(law.second) + "]";
    case Family::exponential:
      return object("\"mean\": " + value);
    case Family::normal:
      return object("\"mean\": " + value + ", \"deviation\": " + quoted(law.second));
    case Family::lognormal:
      return object("\"median\": " + value + ", \"sigma\": " + shape);
    case Family::empirical:
      return "\"empirical\": " + quoted(law.file);
    default:
      return object("\"shape\": " + shape + ", \"scale\": " + value);
  }
}

}  // namespace

std::string law_text(const Distribution& law) {
  if (law.family == Family::constant) return quoted(law.value + law.plus);
  std::string out = "{" + bare_law(law);
  if (law.plus.ns > 0) out += ", \"plus\": " + quoted(law.plus);
  return out + "}";
}

std::string recorded_file(const std::string& column, const std::vector<std::int64_t>& values) {
  std::string out = column + "\n";
  const std::size_t n = std::min(values.size(), kMostRecorded);
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t at = n == values.size() ? i : (2 * i + 1) * values.size() / (2 * n);
    out += std::to_string(values[at]) + "\n";
  }
  return out;
}

std::string parameters_text(const std::vector<fit::Parameter>& parameters) {
  std::string out;
  for (const fit::Parameter& p : parameters)
    out += (out.empty() ? "" : ", ") + p.name + " " + with_interval(p);
  return out;
}

namespace {

// So many intervals, as far as a scenario may go.
Duration times(Duration interval, std::int64_t n) {
  return interval > kLongestTime / n ? kLongestTime : interval * n;
}

// Two digits are enough for a setting to start from.
Duration rounded(Duration d) {
  std::int64_t step = 1;
  while (d.ns / step >= 100) step *= 10;
  return {std::min(kLongestTime.ns, (d.ns + step / 2) / step * step)};
}

std::string why_recorded(const fit::StallPart& stalls) {
  const std::string drawn = "the recorded lengths are drawn";
  if (!stalls.length) return "; too few for a law, " + drawn;
  if (stalls.length->goodness.p_value < fit::kLeastPValue) return "; no law fits, " + drawn;
  return (stalls.too_far ? "; the law goes far beyond them, " : "; ") + drawn;
}

class Writer {
 public:
  Writer(const fit::TraceFit& fit, const std::string& name, const std::string& source) : fit_(fit) {
    add("// " + source);
    add("// Numbers in brackets are 95 % intervals. report.html shows how well each part fits.");
    add("{");
    add("  \"name\": " + quoted("fit of " + name) + ",");
    add(std::string("  \"why\": \"Which settings ") +
        (fit_.delays.empty() ? "bear the pauses that were recorded"
                             : "suit the network that was recorded") +
        ".\",");
    write_size();
    write_link();
    write_push();
    write_faults();
    write_detectors();
    write_sweep();
    add("}");
  }

  FittedScenario take() { return std::move(out_); }

 private:
  void add(const std::string& line) { out_.text += line + "\n"; }

  // As much as the data carry, two decades beyond the trace, shared by ten senders; at most a week.
  void write_size() {
    const double seconds = std::min(fit_.observed_s * 100 / kSenders, 7 * 86400.0);
    const Duration duration{std::max<std::int64_t>(std::llround(seconds * 1e9), fit_.interval.ns)};
    add("  // " + std::to_string(kSenders) + " senders for so long are " +
        std::to_string(std::lround(seconds * kSenders / fit_.observed_s)) +
        " times the trace. It carries no farther than a hundred times: what is rarer is not in "
        "it.");
    add("  \"duration\": " + quoted(rounded(duration)) + ",");
    add("  \"nodes\": {\"sender\": " + std::to_string(kSenders) + ", \"monitor\": 1},");
  }

  void write_link() {
    add("  \"link\": {");
    if (fit_.delay_recorded) {
      out_.files.push_back({"delays.csv", recorded_file("delay_ns", fit_.delays)});
      add("    // The " + std::to_string(fit_.delays.size()) +
          " recorded delays, each as likely as the others: no slower one is made up.");
      add("    \"delay\": {\"empirical\": \"delays.csv\"}" + after_delay());
    } else if (fit_.delays.empty()) {
      add("    // The log tells nothing of the network: put your delay and loss here.");
      add("    \"delay\": " + law_text(fit_.families.front().law) + after_delay());
    } else {
      const fit::LawFit& best = fit_.families.front();
      add("    // " + parameters_text(best.parameters));
      add("    \"delay\": " + law_text(best.law) + after_delay());
    }
    write_loss();
    if (fit_.duplicate_ratio > 0) {
      add("    \"duplicate\": " + format_number(fit_.duplicate_ratio, 6) + (fit_.fifo ? "," : ""));
    }
    if (fit_.fifo) add("    \"order\": \"fifo\"");
    add("  },");
  }

  [[nodiscard]] bool has_more() const { return fit_.duplicate_ratio > 0 || fit_.fifo; }
  [[nodiscard]] std::string after_delay() const { return fit_.loss || has_more() ? "," : ""; }

  void write_loss() {
    if (!fit_.loss) return;
    const fit::LossFit& loss = *fit_.loss;
    const std::string end = has_more() ? "," : "";
    if (loss.choose_bursts) {
      const world::GilbertElliott& law = loss.bursts->law;
      add("    // " + parameters_text(loss.bursts->parameters));
      add("    \"loss\": {\"gilbert_elliott\": {\"good_mean\": " + quoted(law.good_mean) +
          ", \"bad_mean\": " + quoted(law.bad_mean) +
          ", \"loss_good\": " + format_number(law.loss_good, 6) +
          ", \"loss_bad\": " + format_number(law.loss_bad, 6) + "}}" + end);
      return;
    }
    add("    // " + std::to_string(loss.lost) + " of " + std::to_string(loss.sent) +
        " lost: " + with_interval(loss.probability));
    add("    \"loss\": " + format_number(loss.probability.value, 6) + end);
  }

  void write_push() {
    std::string line =
        "  \"watch\": {\"push\": {\"from\": \"sender\", \"to\": \"monitor\", \"interval\": " +
        quoted(fit_.interval);
    if (fit_.jitter_ratio > 0) {
      line += ", \"jitter\": {\"ratio\": " + format_number(fit_.jitter_ratio, 3) +
              ", \"of\": \"interval\"}";
    }
    add(line + "}},");
  }

  // One random fault, if any was seen.
  void write_fault(std::vector<std::string>& faults, const fit::StallPart& stalls,
                   const std::string& what, const std::string& file, const std::string& head) {
    if (stalls.seen == 0) {
      add("  // No " + what + " longer than " + format_duration(stalls.threshold) +
          " were seen: 95 % sure that they are at least " + readable_seconds(stalls.between.lo) +
          " apart.");
      return;
    }
    std::string text = "    // " + what + " seen: " + std::to_string(stalls.seen) +
                       "; between them " + with_interval(stalls.between);
    Distribution law;
    if (!stalls.recorded) {
      law = stalls.length->law;
      text += "; " + parameters_text(stalls.length->parameters);
    } else {
      law.family = Family::empirical;
      law.file = file;
      out_.files.push_back({file, recorded_file("length_ns", stalls.lengths_ns)});
      text += why_recorded(stalls);
    }
    const Duration between{std::llround(stalls.between.value * 1e9)};
    faults.push_back(text + "\n    " + head + ", \"mean_time_between\": " + quoted(between) +
                     ", \"length\": " + law_text(law) + "}}");
  }

  void write_faults() {
    std::vector<std::string> faults;
    write_fault(faults, fit_.sender, "stalls of the sender", "sender-stalls.csv",
                "{\"stall\": {\"nodes\": \"sender\"");
    if (fit_.way) {
      if (fit_.way->seen > 0)
        add("  // What was held up on the way is lost here instead: the silence is the same.");
      write_fault(faults, *fit_.way, "hold-ups on the way", "hold-ups.csv",
                  R"({"partition": {"a": "sender", "b": "monitor", "direction": "a_to_b")");
    }
    if (fit_.monitor) {
      write_fault(faults, *fit_.monitor, "stalls of the monitor", "monitor-stalls.csv",
                  "{\"stall\": {\"nodes\": \"monitor\"");
    }
    if (faults.empty()) return;
    add("  \"faults\": [");
    for (std::size_t i = 0; i < faults.size(); ++i)
      add(faults[i] + (i + 1 < faults.size() ? "," : ""));
    add("  ],");
  }

  void write_detectors() {
    add("  \"detectors\": [");
    add("    {\"fixed_timeout\": {\"timeout\": " + quoted(rounded(times(fit_.interval, 5))) +
        "}},");
    add("    {\"nfd_e\": {\"safety_margin\": " + quoted(rounded(times(fit_.interval, 4))) +
        ", \"window\": 100}},");
    add("    {\"phi_normal\": {\"threshold\": 8, \"window\": 500, \"min_deviation\": " +
        quoted(rounded(fit_.interval)) + "}}");
    add("  ],");
  }

  void write_sweep() {
    add("  \"sweep\": {");
    add("    \"timeout\": {\"from\": " + quoted(rounded(times(fit_.interval, 3) / 2)) +
        ", \"to\": " + quoted(rounded(times(fit_.interval, 60))) +
        ", \"points\": 16, \"scale\": \"log\"},");
    add("    \"safety_margin\": {\"from\": " + quoted(rounded(fit_.interval / 2)) + ", \"to\": " +
        quoted(rounded(times(fit_.interval, 60))) + ", \"points\": 12, \"scale\": \"log\"},");
    add("    \"threshold\": [1, 2, 4, 8, 12, 16, 32, 64, 128]");
    add("  }");
  }

  const fit::TraceFit& fit_;
  FittedScenario out_;
};

}  // namespace

std::string readable_seconds(double seconds) {
  if (!std::isfinite(seconds)) return "without limit";
  struct Unit {
    double seconds;
    const char* name;
  };
  static constexpr Unit kUnits[] = {{86400, " d"}, {3600, " h"},  {60, " min"}, {1, " s"},
                                    {1e-3, " ms"}, {1e-6, " us"}, {1e-9, " ns"}};
  for (const Unit& unit : kUnits) {
    if (std::abs(seconds) >= unit.seconds)
      return format_number(seconds / unit.seconds, 3) + unit.name;
  }
  return format_number(seconds, 3) + " s";
}

std::string with_interval(const fit::Parameter& p) {
  const auto text = [&](double value) {
    return p.is_duration ? readable_seconds(value) : format_number(value, 3);
  };
  return text(p.value) + " (" + text(p.lo) + " to " + text(p.hi) + ")";
}

FittedScenario scenario_of(const fit::TraceFit& fit, const std::string& name,
                           const std::string& source) {
  return Writer(fit, name, source).take();
}

}  // namespace flatline::cli
