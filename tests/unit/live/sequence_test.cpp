#include "live/sequence.hpp"

#include "support/catch.hpp"

using flatline::live::Sequence;
using Kind = flatline::live::Sequence::Kind;

TEST_CASE("nothing received is nothing lost") {
  const Sequence sequence;
  CHECK(sequence.lost({}) == 0);
  CHECK(sequence.lost(5) == 0);
  CHECK(sequence.before_first() == 0);
}

TEST_CASE("a missing number is lost until it comes") {
  Sequence sequence;
  CHECK(sequence.add(0, 0) == Kind::in_order);
  CHECK(sequence.add(3, 0) == Kind::in_order);
  CHECK(sequence.lost({}) == 2);
  CHECK(sequence.add(2, 0) == Kind::reordered);
  CHECK(sequence.lost({}) == 1);
  CHECK(sequence.add(2, 0) == Kind::duplicate);
  CHECK(sequence.add(3, 0) == Kind::duplicate);
  CHECK(sequence.received() == 3);
  CHECK(sequence.reordered() == 1);
  CHECK(sequence.duplicates() == 2);
  CHECK(sequence.lost({}) == 1);
}

TEST_CASE("places that were never sent are not lost") {
  Sequence sequence;
  sequence.add(0, 0);
  sequence.add(10, 7);  // of 1 to 9 two were sent
  CHECK(sequence.lost({}) == 2);
  CHECK(sequence.lost(6) == 4);  // 0, two, 10 and two after it
}

TEST_CASE("what was sent before this side listened is not lost") {
  Sequence sequence;
  sequence.add(100, 10);
  CHECK(sequence.before_first() == 90);
  CHECK(sequence.lost({}) == 0);
  sequence.add(98, 10);  // overtaken by 100: now 99 is missing
  CHECK(sequence.before_first() == 88);
  CHECK(sequence.lost({}) == 1);
  CHECK(sequence.lost(91) == 1);
  CHECK(sequence.lost(92) == 2);
}

TEST_CASE("duplicates are told within a window of numbers, also after a leap over it") {
  Sequence sequence;
  constexpr std::int64_t kWindow = Sequence::kWindow;
  sequence.add(0, 0);
  sequence.add(kWindow - 1, 0);
  CHECK(sequence.add(0, 0) == Kind::duplicate);
  CHECK(sequence.add(1, 0) == Kind::reordered);
  sequence.add(kWindow + 1, 0);  // takes the slot of 1
  CHECK(sequence.add(kWindow, 0) == Kind::reordered);
  CHECK(sequence.add(kWindow, 0) == Kind::duplicate);
  CHECK(sequence.add(1, 0) == Kind::duplicate);
  sequence.add(10 * kWindow, 0);
  CHECK(sequence.add(9 * kWindow + 1, 0) == Kind::reordered);  // its slot is that of 1
  CHECK(sequence.add(9 * kWindow, 0) == Kind::duplicate);      // too old to be told
}
