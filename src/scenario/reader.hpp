#pragma once
// Reading a document as typed values. Every reader takes what it can, reports what it cannot and
// goes on, so that one run names every problem.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "flatline/scenario/scenario.hpp"
#include "scenario/keys.hpp"
#include "scenario/node.hpp"

namespace flatline::scenario {

/// A value of the document and where it stands.
struct Spot {
  const Node* node = nullptr;
  std::string pointer;
  explicit operator bool() const { return node != nullptr; }
  [[nodiscard]] Spot at(std::size_t index) const {
    return {&node->members[index].value, child(pointer, index)};
  }
};

/// What outlives one reading: a sweep reads its document once per value.
struct Session {
  std::string base_folder;
  ReadOptions options;
  std::map<std::string, Problems>
      laws;  ///< By JSON: what is wrong with each law that was compiled.
  std::map<std::string, Result<std::vector<std::int64_t>>> files;
  std::map<std::string, Result<Matrix>> matrices;
  /// If set, every key that was asked for, as (shape, key).
  std::set<std::pair<std::string, std::string>>* asked = nullptr;
};

/// One reading.
class Context {
 public:
  Context(const Document& document, Session& session) : document_(document), session_(session) {}

  /// Something is wrong with the value at `spot`.
  void add(const Spot& spot, std::string message, std::string expected = {},
           std::string suggestion = {});
  /// The same with a problem that lacks its place.
  void add(const Spot& spot, const Problem& problem);
  void add(Problem problem) { problems_.push_back(std::move(problem)); }
  /// A problem with the file and line of `node`.
  [[nodiscard]] Problem placed(const Node& node, int line, std::string pointer) const;

  [[nodiscard]] const Document& document() const { return document_; }
  [[nodiscard]] Session& session() { return session_; }
  [[nodiscard]] Problems& problems() { return problems_; }

 private:
  const Document& document_;
  Session& session_;
  Problems problems_;
};

std::optional<std::string> text_at(Context& context, const Spot& spot);
std::optional<Duration> duration_at(Context& context, const Spot& spot, bool above_zero);
std::optional<double> number_at(Context& context, const Spot& spot);
/// A whole number from `min` to `max`.
std::optional<std::int64_t> count_at(Context& context, const Spot& spot, std::int64_t min,
                                     std::int64_t max);
/// The place of the word in `words`.
std::optional<std::size_t> word_at(Context& context, const Spot& spot,
                                   const std::vector<std::string>& words);
/// A list with at least `least` entries.
bool is_list(Context& context, const Spot& spot, std::size_t least);

/// An object of a known shape. Unknown keys are reported at once; each getter reports a missing
/// required key, a wrong type and a value outside the limits of the key table.
class Fields {
 public:
  Fields(Context& context, const Spot& spot, std::string shape);

  [[nodiscard]] bool valid() const { return valid_; }
  /// Whether no unknown key was reported.
  [[nodiscard]] bool all_known() const { return all_known_; }
  [[nodiscard]] const Spot& spot() const { return spot_; }
  /// The value of a key; nothing if it is absent (reported if required).
  Spot get(std::string_view key);
  [[nodiscard]] bool has(std::string_view key) const {
    return valid_ && spot_.node->find(key) != nullptr;
  }
  std::optional<std::string> text(std::string_view key);
  std::optional<bool> boolean(std::string_view key);
  std::optional<Duration> duration(std::string_view key);
  std::optional<double> number(std::string_view key);
  std::optional<std::int64_t> count(std::string_view key);
  /// The place of the word among the key's words.
  std::optional<std::size_t> word(std::string_view key);
  /// Reports a key that is missing although nothing in the table says so.
  void missing(std::string_view key, std::string expected);

 private:
  Context& context_;
  Spot spot_;
  std::string shape_;
  bool valid_ = false;
  bool all_known_ = true;
};

/// "a, b or c", each in quotes.
std::string list_of(const std::vector<std::string>& words);

/// A law of durations, compiled once to see that it can be.
std::optional<random::Distribution> law_at(Context& context, const Spot& spot);

/// Whether no sample of the law is above 0s.
bool is_never_above_zero(const random::Distribution& law);

/// Whether it may name a group, a place or what links share.
bool is_name(std::string_view name);

/// Who is in the cluster, as far as the file could be read.
struct Nodes {
  world::Cluster cluster;
  bool complete = false;            ///< Every group was read: a name that is not there is unknown.
  std::vector<std::string> places;  ///< Names in "places", also of those that could not be read.

  /// The nodes that a name or a list of names means, each once; nothing after a problem.
  std::optional<std::vector<NodeId>> at(Context& context, const Spot& spot) const;
  /// The same as places: "rack" means rack/0, rack/1 and so on, each by itself. A group is a place
  /// only if `groups` says so.
  std::optional<std::vector<world::Place>> places_at(Context& context, const Spot& spot,
                                                     bool groups) const;
  /// What was written there, as streams carry it: "worker/0,worker/1".
  static std::string written(const Spot& spot);
};

Nodes read_nodes(Context& context, Fields& scenario);
/// Zones as the world has them and as they are written.
void read_zones(Context& context, Fields& scenario, const Nodes& nodes, Scenario& out);
void read_clocks(Context& context, Fields& scenario, const Nodes& nodes,
                 std::vector<world::ClockRule>& clocks);
void read_links(Context& context, Fields& scenario, const Nodes& nodes, world::Model& model);
void read_watch(Context& context, Fields& scenario, const Nodes& nodes,
                protocol::PushSettings& push);
/// `duration` is when the run ends, if that is known.
void read_faults(Context& context, Fields& scenario, const Nodes& nodes,
                 std::optional<Duration> duration, world::Faults& faults);
/// `interval` is that of the heartbeats; 0 if it could not be read.
void read_detectors(Context& context, Fields& scenario, Duration interval,
                    std::vector<DetectorEntry>& detectors);
/// Reads the sweep block of a document whose other parts have been read, with the problems in
/// `context`.
void read_sweep(Context& context, Fields& scenario, Sweep& sweep);

/// Everything but the sweep.
Scenario read_body(Context& context, Fields& scenario);

/// read_scenario with a session of the caller's.
Result<Scenario> read_in_session(const Document& document, Session& session);

/// The labels of "detectors" in file order, as DetectorEntry::label defines them; "" for entries
/// without a detector.
std::vector<std::string> labels_of(const Node& detectors);

/// The detector that an entry of "detectors" names, or nullptr.
const detect::DetectorInfo* kind_of(const Node& entry);

/// Whether what stands at this pointer is a whole number.
bool takes_count(std::string_view pointer);

}  // namespace flatline::scenario
