// Examples of the detectors of products.

#include "kit.hpp"

namespace flatline::detect::kit {
namespace {

Value word(const char* text) {
  return std::string(text);
}

Value count(std::int64_t n) {
  return n;
}

/// An example of a detector without a level: seconds past the deadline.
Example silent(const char* name, std::vector<Named> settings, Duration grid = nanoseconds(1)) {
  Example example{name, std::move(settings), {}};
  example.levels.assign(example.settings.size(), 0);
  example.grid = grid;
  return example;
}

Example akka_example() {
  std::vector<Named> settings;
  for (const double threshold : {0.5, 1.0, 8.0, 40.0}) {
    settings.push_back({{"threshold", threshold},
                        {"max_sample_size", count(8)},
                        {"acceptable_heartbeat_pause", milliseconds(200)}});
  }
  // Beyond 323 the level jumps to infinity, where a double ends.
  settings.push_back({{"threshold", 1000.0},
                      {"max_sample_size", count(8)},
                      {"min_std_deviation", seconds(2)},
                      {"acceptable_heartbeat_pause", seconds(3)}});
  return {"akka", settings, {0.5, 1, 8, 40, 1000}};
}

Example cassandra_example(const Named& more) {
  std::vector<Named> settings;
  const std::vector<double> thresholds{0.01, 1, 8};
  for (const double threshold : thresholds) {
    settings.push_back({{"phi_convict_threshold", threshold}, {"sample_size", count(8)}});
    settings.back().insert(settings.back().end(), more.begin(), more.end());
  }
  return {"cassandra", settings, thresholds};
}

Example hazelcast_example() {
  std::vector<Named> settings;
  for (const int threshold : {1, 10, 40}) {
    settings.push_back({{"type", word("phi-accrual")},
                        {"threshold", count(threshold)},
                        {"sample_size", count(8)},
                        {"heartbeat_interval", seconds(1)},
                        {"max_no_heartbeat", milliseconds(300)}});
  }
  return {"hazelcast", settings, {1, 10, 40}};
}

Example chitchat_example() {
  std::vector<Named> settings;
  const std::vector<double> thresholds{0.5, 1, 8};
  for (const double threshold : thresholds) {
    settings.push_back({{"phi_threshold", threshold},
                        {"sampling_window_size", count(8)},
                        {"max_interval", seconds(2)}});
  }
  return {"chitchat", settings, thresholds};
}

Example election_example(const char* product, Duration grid) {
  std::vector<Named> settings;
  for (const int ms : {300, 1000, 5000}) {
    settings.push_back({{"product", word(product)}, {"election_timeout", milliseconds(ms)}});
  }
  return silent("election_timer", settings, grid);
}

Example check_example(const char* product, std::int64_t rise) {
  std::vector<Named> settings;
  for (const std::int64_t fall : {1, 2, 4}) {
    settings.push_back({{"product", word(product)},
                        {"interval", milliseconds(850)},
                        {"timeout", milliseconds(100)},
                        {"fall", count(fall)},
                        {"rise", count(rise)}});
  }
  Example example = silent("health_check", settings);
  example.counts_probes = true;
  return example;
}

Example missed_example(const char* windows, std::int64_t up_after, Duration grid) {
  std::vector<Named> settings;
  for (const std::int64_t misses : {1, 3}) {
    settings.push_back({{"misses", count(misses)},
                        {"up_after", count(up_after)},
                        {"tolerance", milliseconds(50)},
                        {"windows", word(windows)}});
  }
  return silent("missed_beats", settings, grid);
}

}  // namespace

std::vector<Example> product_examples() {
  const Named lease{{"timeout", milliseconds(1500)}, {"expiry", word("plain")}};
  const Named short_session{{"timeout", milliseconds(500)}, {"tick", milliseconds(400)}};
  const Named session{{"timeout", milliseconds(2500)}, {"tick", milliseconds(400)}};
  Named closed = lease;
  closed.push_back({"after_expiry", word("closed")});
  Named closed_long = closed;
  closed_long.front().second = seconds(90);
  return {
      akka_example(),
      silent("akka_deadline",
             {{{"acceptable_heartbeat_pause", seconds(0)}, {"heartbeat_interval", seconds(1)}},
              {{"acceptable_heartbeat_pause", seconds(3)}, {"heartbeat_interval", seconds(1)}}}),
      cassandra_example({}),
      cassandra_example({{"release", word("5.0.0-5.0.6")}}),
      silent("hazelcast",
             {{{"max_no_heartbeat", milliseconds(1300)}}, {{"max_no_heartbeat", seconds(60)}}}),
      hazelcast_example(),
      chitchat_example(),
      silent("session", {lease}),
      silent("session", {short_session, session}, milliseconds(400)),
      silent("session", {closed, closed_long}),
      election_example("etcd", milliseconds(100)),
      election_example("hashicorp", nanoseconds(1)),
      check_example("haproxy", 1),
      check_example("kubernetes", 3),
      missed_example("since_beat", 1, nanoseconds(1)),
      missed_example("since_beat", 2, nanoseconds(1)),
      missed_example("grid", 1, seconds(1)),
      missed_example("grid", 3, seconds(1)),
  };
}

}  // namespace flatline::detect::kit
