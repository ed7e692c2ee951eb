// Garbage collection logs of every age, in samples written for these tests.

#include "unit/trace/pause_files.hpp"

using namespace flatline;
using namespace flatline::trace;
using namespace flatline::test;

TEST_CASE("unified logging: pauses count, phases and concurrent cycles do not") {
  const ReadPauses r = read_pauses_of(
      "[0.004s][info][gc] Using G1\n"
      "[0.123s][info][gc,start    ] GC(0) Pause Young (Normal) (G1 Evacuation Pause)\n"
      "[0.124s][info][gc,phases   ] GC(0)   Evacuate Collection Set: 2.1ms\n"
      "[0.125s][info][gc          ] GC(0) Pause Young (Normal) (G1 Evacuation Pause) "
      "24M->4M(64M) 3.456ms\n"
      "[0.126s][info][gc,cpu      ] GC(0) User=0.01s Sys=0.00s Real=0.00s\n"
      "[0.200s][info][gc          ] GC(1) Concurrent Mark Cycle 50.000ms\n"
      "[0.300s][info][gc          ] GC(1) Pause Remark 24M->4M(64M) 1.5ms\n"
      "[0.400s][info][gc,phases   ] GC(2) Y: Pause Mark Start 0.006ms\n");
  REQUIRE(r.problem.empty());
  CHECK(r.lengths() == Lengths{3'456'000, 1'500'000, 6'000});
  // A line is written at the end of the pause.
  CHECK(r.begins() == Lengths{121'544'000, 298'500'000, 399'994'000});
  CHECK(r.log.watched.ns == 400'000'000 - 121'544'000);
  CHECK(r.log.ends_at_pauses);
  CHECK(r.log.passed_over == 5);
  REQUIRE(r.log.kinds.size() == 3);
  CHECK(r.log.kinds[1].name == "Pause Remark");
}

TEST_CASE("unified logging: any decorations that hold a time will do") {
  const std::string pause = "Pause Full (System.gc()) 9M->1M(20M) 10.000ms\n";
  for (const std::string& first :
       {std::string("[2024-01-31T23:59:59.900+0100][1.000s][41][host.name][info][gc] "),
        std::string("[1000ms][gc] "), std::string("[1000000000ns][warning][gc,metaspace] "),
        std::string("[1.000s] ")}) {
    CAPTURE(first);
    std::string second = first;
    for (const char* from : {"[1.000s]", "[1000ms]", "[1000000000ns]"}) {
      const auto at = second.find(from);
      if (at != std::string::npos) second[at + 1] = '3';
    }
    if (second.starts_with("[2024")) second.replace(0, 30, "[2024-02-01T00:00:01.900+0100]");
    const ReadPauses r = read_pauses_of(first + "GC(0) " + pause + second + "GC(1) " + pause);
    REQUIRE(r.problem.empty());
    REQUIRE(r.log.pauses.size() == 2);
    CHECK(r.log.pauses[1].at_ns - r.log.pauses[0].at_ns == 2'000'000'000);
  }
  CHECK(read_pauses_of("GC(0) " + pause).problem.find("p:1: stamp: the pause has no time stamp") ==
        0);
}

TEST_CASE(
    "unified logging: safepoints, which collections are among, are taken where all are told") {
  const std::string collection = "[1.0s][info][gc] GC(0) Pause Young 24M->4M(64M) 3.0ms\n";
  const std::string old =
      "[1.001s][info][safepoint] Total time for which application threads were stopped: 0.0035000 "
      "seconds, Stopping threads took: 0.0000103 seconds\n";
  const std::string young =
      "[2.000s][info][safepoint] Safepoint \"ICBufferFull\", Time since last: 99 ns, Reaching "
      "safepoint: 10 ns, At safepoint: 70 ns, Total: 80000 ns\n";
  const ReadPauses r = read_pauses_of(collection + old + young);
  CHECK(r.lengths() == Lengths{3'500'000, 80'000});
  CHECK(r.log.collections == 1);
  CHECK(r.log.safepoints == 2);
  // More collections than stops: not all stops are in the log.
  const ReadPauses some = read_pauses_of(collection + collection + old);
  CHECK(some.lengths() == Lengths{3'000'000, 3'000'000});
  CHECK(some.log.safepoints == 0);
}

TEST_CASE("HotSpot: nested, split and interrupted collections are one pause each") {
  const ReadPauses r = read_pauses_of(
      "Java HotSpot(TM) 64-Bit Server VM (25.1-b02) for linux-amd64\n"
      "CommandLine flags: -XX:+PrintGC\n"
      "{Heap before GC invocations=0 (full 0):\n"
      " par new generation   total 18K, used 16K [0x0100, 0x0200, 0x0300)\n"
      "1.5: [GC 1.5: [ParNew\n"
      "Desired survivor size 1 bytes, new threshold 1 (max 4)\n"
      "- age   1:        1 bytes,        1 total\n"
      ": 8064K->0K(8128K), 0.0164 secs] 8064K->840K(131008K), 0.0166800 secs] "
      "[Times: user=0.05 sys=0.01, real=0.01 secs]\n"
      "2.5: [GC pause (young) (initial-mark) 10M->10M(16M)2.501: [GC concurrent-mark-start]\n"
      ", 0.0013065 secs]\n"
      "2.6: [GC pause (young) (initial-mark) 13M->12M(25M)2.601: , 0.0187031 secs]\n"
      "[GC concurrent-mark-start]\n"
      "2.7: [GC concurrent-mark-end, 0.0126670 sec]\n"
      "3.0: [CMS-concurrent-sweep: 0.076/0.099 secs]\n"
      "4.0: [GC[YG occupancy: 592 K (8256 K)]4.0: [Rescan (parallel) , 0.009 secs]4.1: [weak refs "
      "processing, 0.0198 secs] [1 CMS-remark: 6K(12K)] 6K(13K), 0.0294016 secs]\n"
      "5.0: [Full GC 5.0: [CMS (concurrent mode failure): 9K->5K(11K), 0.6 secs] 1K->5K(12K), "
      "[CMS Perm : 1K->1K(2K)], 0.61 secs]\n");
  REQUIRE(r.problem.empty());
  CHECK(r.lengths() == Lengths{16'680'000, 1'306'500, 18'703'100, 29'401'600, 610'000'000});
  CHECK(r.begins() ==
        Lengths{1'500'000'000, 2'500'000'000, 2'600'000'000, 4'000'000'000, 5'000'000'000});
  CHECK(r.log.watched.ns == 4'110'000'000);
}

TEST_CASE("HotSpot: details of a collection are no pauses") {
  const ReadPauses r = read_pauses_of(
      "2015-03-01T12:00:00.500+0100: 0.5: [GC pause (G1 Evacuation Pause) (young), 0.0057962 "
      "secs]\n"
      "   [Parallel Time: 5.0 ms, GC Workers: 8]\n"
      "      [GC Worker Start (ms): Min: 500.1, Avg: 500.2, Max: 500.3, Diff: 0.2]\n"
      "   [Eden: 24.0M(24.0M)->0.0B(13.0M) Heap: 24.0M(256.0M)->4.7M(256.0M)]\n"
      " [Times: user=0.02 sys=0.01, real=0.01 secs]\n"
      "2015-03-01T12:00:01.500+0100: 1.5: [Full GC [class histogram:\n"
      " num     #instances         #bytes  class name\n"
      "   1:          1000          24000  [C\n"
      "   2:            10            240  [Ljava.lang.Object;\n"
      ", 0.1 secs] 9K->5K(11K), 0.2000000 secs]\n");
  REQUIRE(r.problem.empty());
  CHECK(r.lengths() == Lengths{5'796'200, 200'000'000});
  CHECK(r.begins() == Lengths{500'000'000, 1'500'000'000});
}

TEST_CASE("HotSpot: dates alone are times, and stops need stamps of their own") {
  const std::string gc = ": [GC 9K->5K(11K), 0.0100000 secs]\n";
  const std::string stop =
      "Total time for which application threads were stopped: 0.0110000 seconds\n";
  const ReadPauses dates = read_pauses_of("2015-02-28T23:59:59.000+0000" + gc + stop +
                                          "2015-03-01T00:00:01.000Z" + gc + stop);
  CHECK(dates.log.pauses.at(1).at_ns - dates.log.pauses.at(0).at_ns == 2'000'000'000);
  CHECK(dates.lengths() == Lengths{10'000'000, 10'000'000});
  const ReadPauses stamped =
      read_pauses_of("1.0" + gc + "1.012: " + stop + "2.0" + gc + "2.012: " + stop);
  CHECK(stamped.lengths() == Lengths{11'000'000, 11'000'000});
  CHECK(stamped.begins() == Lengths{1'001'000'000, 2'001'000'000});
}

TEST_CASE("JRockit: nursery and old collections, in the words of R27 and of R28") {
  const ReadPauses r = read_pauses_of(
      "[memory ] GC strategy: gencon\n"
      "[memory ] <s>-<end>: GC <before>K-><after>K (<heap>K), <pause> ms\n"
      "[memory ] 9.385: Nursery GC 123930K->27087K (1048576K), 53.417 ms\n"
      "[INFO] something else took: 20 ms\n"
      "[memory ] 14.028-15.4: GC 147423K->46941K (1048576K), 32.515 ms\n"
      "[INFO ][memory ] [YC#1] 19.385-19.440: YC 123930KB->27087KB (1048576KB), 0.055 s, sum of "
      "pauses 50.5 ms, longest pause 50.5 ms.\n");
  REQUIRE(r.problem.empty());
  CHECK(r.lengths() == Lengths{53'417'000, 32'515'000, 50'500'000});
  CHECK(r.begins() == Lengths{9'385'000'000, 14'028'000'000, 19'385'000'000});
  CHECK(r.log.passed_over == 3);
}

TEST_CASE("GC logs: what cannot be read is refused with its line") {
  const std::string good = "1.0: [GC 9K->5K(11K), 0.0100000 secs]\n";
  const auto problem = [](const std::string& text) { return read_pauses_of(text).problem; };
  CHECK(problem(good + "2.0: [GC 9K->5K(11K), 0.01x secs]\n" + good) ==
        "p:2: secs: \"0.01x\" is not a number; expected a collection that ends in \", 0.0123 "
        "secs]\"");
  CHECK(problem("[GC 9K->5K(11K), 0.0100000 secs]\n").find("p:1: stamp: the pause has no time") ==
        0);
  CHECK(problem("99" + good + good).find("p:2: stamp: time goes backwards by more than a minute") ==
        0);
  CHECK(problem(good) == "p: the log tells of 1 pause; expected at least two, for their rate");
  const std::string nothing = "1.0: [GC 9K->5K(11K), 0.0000000 secs]\n";
  CHECK(problem(nothing + nothing).find("p: the log tells of 2 pauses, all of length 0") == 0);
  CHECK(problem("[1.0s][info][gc] GC(0) Pause Young 24M->4M(64M) x.0ms\n").find("p:1: ") == 0);
  CHECK(problem("[memory ] 9.385: Nursery GC 123930K->27087K (1048576K), y ms\n").find("p:1: ") ==
        0);
  CHECK(problem("seq,rx_ms\n1,2\n") ==
        "p:1: this is no log of pauses; expected a garbage collection or histogram log");
  std::string open = "1.0: [GC 1.0: [ParNew\n";
  for (int i = 0; i < 3000; ++i) open += "something else\n";
  CHECK(problem(open).find("the collection that begins in line 1 has not ended") !=
        std::string::npos);
}

TEST_CASE("GC logs: a last line that is cut off is left out and told of") {
  const std::string good = "1.0: [GC 9K->5K(11K), 0.0100000 secs]\n";
  const ReadPauses r = read_pauses_of(good + "2" + good + "3.0: [GC 9K->5");
  REQUIRE(r.problem.empty());
  CHECK(r.log.pauses.size() == 2);
  REQUIRE(r.log.repairs.size() == 1);
  CHECK(r.log.repairs[0].what == "last line cut off");
}

TEST_CASE("GC logs: a threshold leaves shorter pauses out, and the log is watched all the same") {
  std::string text;
  for (int i = 1; i <= 9; ++i)
    text += std::to_string(i) + ".0: [GC 9K->5K(11K), 0.00" + std::to_string(i) + " secs]\n";
  PauseOptions options;
  options.threshold = milliseconds(7);
  const ReadPauses r = read_pauses_of(text, options);
  CHECK(r.lengths() == Lengths{8'000'000, 9'000'000});
  CHECK(r.log.watched.ns == 8'009'000'000);
  CHECK_FALSE(r.log.ends_at_pauses);
}
