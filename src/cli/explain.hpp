#pragma once
// What `explain detector` tells: gathered here, printed by explain_text.cpp.

#include <string>
#include <vector>

#include "flatline/base/time.hpp"
#include "flatline/detect/registry.hpp"

namespace flatline::cli {

/// One heartbeat of a link, as the monitor sees it.
struct LinkBeat {
  LocalInstant at{};
  SeqNo seq{};
  LocalInstant sent_at{};
};

/// A simulated steady link: nothing crashes, stalls or is cut.
struct Link {
  std::string text;  ///< "a heartbeat every 1s, ..."
  Duration interval{};
  Duration mean_delay{};
  std::vector<LinkBeat> beats;  ///< In order of arrival.
};

/// Delays are normal with that deviation, around four times as much; without jitter 1 ms each.
Link plain_link(Duration interval, Duration jitter);
/// The first pair of the scenario, its faults left out.
Link scenario_link(const std::string& path);

/// How long after an arrival a setting suspects if nothing more comes, over the beats of a link
/// once its window is full.
struct Silence {
  bool never = true;  ///< It never does.
  Duration mean{}, least{}, most{};
};

/// The setting of one parameter, or as it is ("").
struct Meaning {
  std::string setting;  ///< "threshold=8"
  Silence silence;
  bool given = false;  ///< It is the default, or what --set says.
};

/// A detector that goes by the same word, with the setting that one would take for the same.
struct Namesake {
  std::string detector;
  std::string setting;
  Silence silence;
};

struct Namesakes {
  std::string about;
  std::vector<Namesake> members;
};

struct Explanation {
  const detect::DetectorInfo* info = nullptr;
  std::string setting;  ///< What --set and required parameters were set to; "" for all defaults.
  std::vector<Meaning> meanings;
  std::vector<Namesakes> namesakes;
};

/// "duration", "number", "whole number" or "word".
std::string kind_text(const detect::ParameterInfo& parameter);
/// "> 0 s, at most 10 s"; the words of a choice.
std::string range_text(const detect::ParameterInfo& parameter);
/// "8", "optional" or "required".
std::string default_text(const detect::ParameterInfo& parameter);

/// Prints explanations of a link as "table" (plain text), "json" or "markdown".
void print_explanations(const std::vector<Explanation>& explanations, const Link& link,
                        const std::string& format);

/// `text` in lines of 100 columns, each after `indent` blanks.
std::string wrapped(const std::string& text, std::size_t indent);

/// Prints every detector: name, summary, source; as "table" or "json".
void print_detectors(const std::string& format);

}  // namespace flatline::cli
