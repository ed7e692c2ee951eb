#include "flatline/sim/record.hpp"

#include <deque>
#include <map>

#include "sim/event_engine.hpp"

namespace flatline::sim {
namespace {

// Follows one pair; everything else that happens on the wire is let pass.
class PairRecorder final : public EventListener {
 public:
  PairRecorder(NodeId sender, NodeId monitor, SimInstant begin,
               const std::function<void(const BeatTaken&)>& take)
      : sender_(sender), monitor_(monitor), begin_(begin), take_(take) {}

  void message(const char* event, NodeId from, NodeId to, SimInstant at) override {
    if (out_.restarted || from != sender_ || to != monitor_) return;
    if (std::string_view(event) == "arrive") inbox_.push_back(at);
  }

  void beat(NodeId from, NodeId to, SeqNo seq) override {
    if (out_.restarted || from != sender_ || to != monitor_) return;
    const std::int64_t skipped = seq.value - out_.sent;
    if (skipped_.empty() || skipped_.rbegin()->second != skipped) skipped_[seq.value] = skipped;
    ++out_.sent;
  }

  void observed(NodeId monitored, NodeId monitor, const detect::Observation& observation,
                SimInstant at) override {
    if (out_.restarted || monitored != sender_ || monitor != monitor_) return;
    const SimInstant arrived = inbox_.front();
    inbox_.pop_front();
    take_({observation.seq.value, std::prev(skipped_.upper_bound(observation.seq.value))->second,
           since_begin({observation.sent_at.ns}), since_begin(at), at - arrived});
  }

  void node(const char* event, NodeId node, SimInstant) override {
    if (std::string_view(event) == "crash" && (node == sender_ || node == monitor_))
      out_.restarted = true;
  }

  void verdict(NodeId, NodeId, std::size_t, bool, SimInstant) override {}

  [[nodiscard]] BeatsTaken result() const { return out_; }

 private:
  [[nodiscard]] SimInstant since_begin(SimInstant t) const { return {t.ns - begin_.ns}; }

  NodeId sender_, monitor_;
  SimInstant begin_;
  const std::function<void(const BeatTaken&)>& take_;
  BeatsTaken out_;
  std::deque<SimInstant> inbox_;                  // arrivals not yet taken in
  std::map<std::int64_t, std::int64_t> skipped_;  // from this number on, so many were skipped
};

}  // namespace

BeatsTaken record_pair(const PreparedWorld& world,
                       const std::function<void(const BeatTaken&)>& take) {
  const scenario::Scenario& scenario = world.scenario();
  const std::vector<JudgedSetting> no_settings;
  Stage stage(world, no_settings, 0);
  qos::Tally tally(0, world.batches().size(), scenario.world.cluster.size());
  const NodeId sender = scenario.push.from.front();
  const NodeId monitor = scenario.push.to.front() == sender && scenario.push.to.size() > 1
                             ? scenario.push.to[1]
                             : scenario.push.to.front();
  PairRecorder recorder(sender, monitor, stage.truth.begin(), take);
  EventEngine engine(stage, {0, 0, 1}, {scenario.duration.ns}, tally, &recorder);
  engine.run(nullptr);
  return recorder.result();
}

}  // namespace flatline::sim
