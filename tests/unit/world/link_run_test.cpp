// A run of messages in one call: what sending them one by one gives, with every instruction set.

#include <algorithm>
#include <string>
#include <vector>

#include "flatline/random/instruction_set.hpp"
#include "flatline/world/link.hpp"
#include "support/catch.hpp"
#include "unit/world/kit.hpp"

namespace flatline::world {
namespace {

const random::StreamFactory kStreams(13, 0);
constexpr std::int64_t kBytes = 100;

struct Case {
  std::string name;
  LinkRule rule;
};

random::Distribution law(random::Family family, Duration value, Duration second = {}) {
  random::Distribution out;
  out.family = family;
  out.value = value;
  out.second = second;
  return out;
}

std::vector<Case> cases() {
  using random::Family;
  const std::vector<std::pair<std::string, random::Distribution>> delays{
      {"exponential", law(Family::exponential, milliseconds(30))},
      {"exponential, mostly below 1 ns", law(Family::exponential, nanoseconds(1))},
      {"zero", random::Distribution::constant({})},
      {"uniform from zero", law(Family::uniform, {}, seconds(5))}};
  const std::vector<std::pair<std::string, Loss>> losses{
      {"no loss", {0, std::nullopt}},
      {"loss 0.01", {0.01, std::nullopt}},
      {"loss 0.9", {0.9, std::nullopt}},
      {"all lost", {1, std::nullopt}},
      {"long bursts", {0, GilbertElliott{seconds(60), seconds(9), 0, 1}}},
      {"soft bursts", {0, GilbertElliott{seconds(7), seconds(2), 0.05, 0.7}}},
      {"bursts shorter than an interval",
       {0, GilbertElliott{milliseconds(20), milliseconds(3), 0.01, 0.9}}}};
  std::vector<Case> out;
  for (const auto& [delay_name, delay] : delays) {
    for (const auto& [loss_name, loss] : losses) {
      for (const Order order : {Order::any, Order::fifo}) {
        Case one;
        one.name = delay_name + ", " + loss_name + (order == Order::fifo ? ", fifo" : "");
        one.rule.delay = delay;
        one.rule.loss = loss;
        one.rule.order = order;
        out.push_back(one);
      }
    }
  }
  return out;
}

Link link_of(const LinkRule& rule, Timeline partitions = {}) {
  Model model;
  model.cluster = Cluster({{"a", 1}, {"b", 1}});
  model.default_link = rule;
  return {LinkTable(model).law({0}, {1}),
          kStreams,
          "link/a/0/b/0",
          Conditions{std::move(partitions), {}, {}},
          {0}};
}

/// Roughly every 100 ms, in order, with ties.
std::vector<SimInstant> send_times(std::size_t n) {
  const random::Stream gaps = kStreams.stream("gaps");
  std::vector<SimInstant> out;
  SimInstant at{5};
  for (std::uint64_t i = 0; i < n; ++i) {
    out.push_back(at);
    const std::uint64_t gap = uniform_below(gaps.bits(i), 200'000'000);
    if (i % 9 != 0) at += Duration{static_cast<std::int64_t>(gap)};
  }
  return out;
}

SimInstant arrival_of(const Passage& passage) {
  return passage.fate == Fate::delivered ? passage.arrival : SimInstant::never();
}

}  // namespace

TEST_CASE("a run of messages meets the losses and delays of messages sent one by one") {
  const random::InstructionSet before = random::instruction_set();
  constexpr std::uint64_t kFirst = (std::uint64_t{3} << 44) + 17;
  const std::vector<SimInstant> sent = send_times(6000);
  for (const Case& each : cases()) {
    Link single = link_of(each.rule);
    std::vector<SimInstant> expected;
    for (std::size_t i = 0; i < sent.size(); ++i) {
      expected.push_back(arrival_of(single.transmit(sent[i], kFirst + i, kBytes)));
    }
    for (const random::InstructionSet set : random::available_instruction_sets()) {
      random::use_instruction_set(set);
      INFO(each.name << " with " << random::name_of(set));
      Link link = link_of(each.rule);
      CHECK(link.runs());
      std::vector<SimInstant> arrival(sent.size(), SimInstant{-1});
      // Runs of every length, single messages between them: each leaves the link as the other does.
      const std::size_t lengths[] = {1, 0, 7, 512, 3, 1024, 64, 513, 2, 100, 31};
      std::size_t i = 0;
      for (std::size_t k = 0; i < sent.size(); ++k) {
        const std::size_t n = std::min(lengths[k % std::size(lengths)], sent.size() - i);
        link.transmit_run(std::span(sent).subspan(i, n), kFirst + i, kBytes,
                          std::span(arrival).subspan(i, n));
        i += n;
        if (i == sent.size()) break;
        arrival[i] = arrival_of(link.transmit(sent[i], kFirst + i, kBytes));
        ++i;
      }
      const auto differ = std::mismatch(arrival.begin(), arrival.end(), expected.begin());
      INFO("message " << differ.first - arrival.begin());
      CHECK(differ.first == arrival.end());
    }
    random::use_instruction_set(before);
  }
}

TEST_CASE("a message sent in the instant of a change meets the new state of the bursts") {
  // Sojourns of exactly 60 and 30 ms, messages every 10 ms: every change falls on one.
  const auto constant = [](Duration d) {
    return random::compile(random::Distribution::constant(d)).value();
  };
  LinkLaw law;
  law.delay = constant(milliseconds(1));
  law.bursts = BurstLaw{{milliseconds(60), milliseconds(30), 0, 1},
                        constant(milliseconds(60)),
                        constant(milliseconds(30))};
  for (const std::size_t n : {1u, 3u, 6u, 7u, 90u}) {
    Link link(law, kStreams, "link/a/0/b/0", Conditions(), {0});
    int wrong = 0, lost = 0;
    for (std::size_t begin = 0; begin < 900; begin += n) {
      std::vector<SimInstant> sent, arrival(n);
      for (std::size_t i = begin; i < begin + n; ++i) {
        sent.push_back({static_cast<std::int64_t>(i) * 10'000'000});
      }
      link.transmit_run(sent, begin, kBytes, arrival);
      Link single(law, kStreams, "link/a/0/b/0", Conditions(), {0});
      for (std::size_t i = 0; i < n; ++i) {
        wrong += arrival[i] != arrival_of(single.transmit(sent[i], begin + i, kBytes)) ? 1 : 0;
        lost += arrival[i] == SimInstant::never() ? 1 : 0;
      }
    }
    INFO("runs of " << n);
    CHECK(wrong == 0);
    // A third of the time is bad; the runs of 7 go on a little past the 900th message.
    CHECK(lost >= 297);
    CHECK(lost <= 303);
  }
}

TEST_CASE("runs between two cuts give what single messages give") {
  Case lossy = cases()[2];
  const Timeline cuts(
      {IntervalSource({{{1'000'000'000}, {3'000'000'000}}, {{9'000'000'000}, {9'000'000'001}}})});
  Link single = link_of(lossy.rule, cuts), link = link_of(lossy.rule, cuts);
  const std::vector<SimInstant> sent = send_times(300);
  std::size_t i = 0, runs = 0, cut = 0;
  while (i < sent.size()) {
    const SimInstant until = link.next_cut(sent[i]);
    const auto end = std::lower_bound(sent.begin(), sent.end(), until);
    const auto n = static_cast<std::size_t>(end - sent.begin()) -
                   std::min(i, static_cast<std::size_t>(end - sent.begin()));
    if (n == 0) {
      CHECK(link.transmit(sent[i], i, kBytes).fate == Fate::cut);
      CHECK(single.transmit(sent[i], i, kBytes).fate == Fate::cut);
      ++cut;
      ++i;
      continue;
    }
    ++runs;
    std::vector<SimInstant> arrival(n);
    link.transmit_run(std::span(sent).subspan(i, n), i, kBytes, arrival);
    for (const SimInstant at : arrival) {
      REQUIRE(at == arrival_of(single.transmit(sent[i], i, kBytes)));
      ++i;
    }
  }
  CHECK(runs >= 2);
  CHECK(cut > 5);
}

TEST_CASE("runs on links with anything extra give what single messages give") {
  const random::Stream dice = kStreams.stream("dice");
  const auto source = [](const char* name, Duration gap, Duration length) {
    return IntervalSource(
        {0}, kit::sampler(kit::exponential(gap)), kit::sampler(kit::exponential(length)),
        kStreams.stream(name),
        kStreams.stream(name).k0() % 2 == 0 ? kStreams.stream("even") : kStreams.stream("odd"),
        OnWake::send);
  };
  const std::vector<Case> plain = cases();
  const std::vector<SimInstant> sent = send_times(400);
  std::uint64_t drawn = 0;
  const auto flip = [&] { return dice.bits(drawn++) % 2 == 0; };
  int lost = 0;
  for (int round = 0; round < 300; ++round) {
    LinkRule rule = plain[uniform_below(dice.bits(drawn++), plain.size())].rule;
    if (flip()) rule.correlation_time = milliseconds(500);
    if (flip())
      rule.queue = Queue{flip() ? 1000 : 20'000, flip() ? 3000 : 0, flip() ? .6 : 0, 700, ""};
    LinkLaw law = kit::law_of(rule);
    if (flip()) law.shift = milliseconds(30);
    Conditions conditions;
    if (flip()) {
      conditions.shifts.emplace_back(source("route", seconds(5), seconds(3)),
                                     kit::sampler(kit::exponential(milliseconds(80))),
                                     kStreams.stream("level"));
    }
    if (flip()) {
      std::vector<IntervalSource> overloads;
      overloads.push_back(source("overload", seconds(6), seconds(2)));
      conditions.backlogs.emplace_back(Timeline(std::move(overloads)), 1.5, .5);
    }
    Link link(law, kStreams, "link/a/0/b/0", conditions, {0});
    Link single(law, kStreams, "link/a/0/b/0", conditions, {0});
    std::vector<SimInstant> arrival(sent.size());
    for (std::size_t i = 0; i < sent.size();) {
      const std::size_t n =
          std::min<std::size_t>(uniform_below(dice.bits(drawn++), 90), sent.size() - i);
      link.transmit_run(std::span(sent).subspan(i, n), i, kBytes, std::span(arrival).subspan(i, n));
      i += n;
    }
    INFO("round " << round);
    for (std::size_t i = 0; i < sent.size(); ++i) {
      REQUIRE(arrival[i] == arrival_of(single.transmit(sent[i], i, kBytes)));
      REQUIRE(arrival[i] > sent[i]);
      lost += arrival[i] == SimInstant::never() ? 1 : 0;
    }
  }
  CHECK(lost > 1000);
}

TEST_CASE("a link that may send a message twice does not take runs") {
  LinkRule rule;
  rule.duplicate = 0.1;
  CHECK(!link_of(rule).runs());
}

}  // namespace flatline::world
