#!/usr/bin/env python3
"""Plants each kind of violation in a copy of the sources and requires that house.py names it.

    house_test.py SOURCE_FOLDER COMPILE_COMMANDS
"""

import shutil
import sys
import tempfile
import unittest
from pathlib import Path

from house import House, compiled_files

SOURCE = Path()
COMPILED = set()

# rule, file, line added to it (a new file is made), and whether the file counts as compiled
PLANTED = [
    ("arrow", "src/detect/registry.cpp", '#include "flatline/world/model.hpp"'),
    ("arrow", "include/flatline/detect/detector.hpp", '#include "flatline/qos/tally.hpp"'),
    ("arrow", "include/flatline/qos/tally.hpp", "#include <flatline/sim/run.hpp>"),
    ("arrow", "src/protocol/push.cpp", '#include "sim/judge.hpp"'),
    ("arrow", "src/sim/run.cpp", '#include "scenario/reader.hpp"'),
    ("arrow", "src/sim/run.cpp", '#include "../scenario/reader.hpp"'),
    ("arrow", "src/oracle/nfd_s.cpp", '#include "flatline/detect/phi.hpp"'),
    ("arrow", "include/flatline/sim/run.hpp", '#include "sim/channel.hpp"'),
    ("arrow", "src/qos/tally.cpp", '  #  include "flatline/random/stream.hpp"  // hidden by blanks'),
    ("table", "CMakeLists.txt", "flatline_room(extra USES base)"),
    ("table", "CMakeLists.txt", "flatline_room(detect USES base world)"),
    ("room", "src/attic/old.cpp", "int old;"),
    ("cli-only", "src/sweep/execute.cpp", "#include <boost/program_options.hpp>"),
    ("cli-only", "src/sim/run.cpp", "#include <iostream>"),
    ("cli-only", "src/sim/run.cpp", "#include <csignal>"),
    ("cli-only", "src/sim/run.cpp", 'void f() { std::cerr << "x"; }'),
    ("cli-only", "src/sim/run.cpp", 'void f() { printf("x"); }'),
    ("cli-only", "src/sim/run.cpp", 'void f() { std::fputs("x", stderr); }'),
    ("cli-only", "src/sim/run.cpp", "void f() { std::exit(1); }"),
    ("cli-only", "src/sim/run.cpp", "void f() { abort(); }"),
    ("cli-only", "src/sim/run.cpp", "void f() { std::signal(2, nullptr); }"),
    ("third-party", "include/flatline/results/table.hpp", "#include <nlohmann/json.hpp>"),
    ("third-party", "include/flatline/oracle/nfd_s.hpp", "#include <Eigen/Dense>"),
    ("third-party", "include/flatline/qos/tally.hpp", "#include <boost/math/distributions/normal.hpp>"),
    ("third-party", "include/flatline/trace/line_reader.hpp", "#include <zlib.h>"),
    ("third-party", "src/sim/judge.hpp", "#include <boost/math/distributions/normal.hpp>"),
    ("third-party", "src/detect/registry.cpp", "#include <boost/math/distributions/normal.hpp>"),
    ("pure", "src/sim/run.cpp", "#include <chrono>"),
    ("pure", "src/sim/run.cpp", "#include <random>"),
    ("pure", "src/sim/run.cpp", "#include <unordered_map>"),
    ("pure", "src/sim/run.cpp", "auto f() { return std::chrono::steady_clock::now(); }"),
    ("pure", "src/sim/run.cpp", "auto f() { return std::time(nullptr); }"),
    ("pure", "src/sim/run.cpp", "auto f() { return std::random_device{}(); }"),
    ("pure", "src/sim/run.cpp", "int f() { return rand(); }"),
    ("pure", "src/sim/run.cpp", "std::normal_distribution<double> law;"),
    ("pure", "src/sim/run.cpp", "std::unordered_set<int> set;"),
    ("pure", "src/sim/run.cpp", 'auto f() { return std::getenv("SEED"); }'),
    ("live-only", "src/trace/rows.cpp", "#include <sys/socket.h>"),
    ("live-only", "src/sim/run.cpp", "#include <netinet/in.h>"),
    ("plugin-only", "src/detect/registry.cpp", "#include <dlfcn.h>"),
    ("third-party", "include/flatline/detect/plugin.h", "#include <dlfcn.h>"),
    ("third-party", "include/flatline/detect/plugin.hpp", "#include <stdint.h>"),
    ("cli-only", "src/live/clock.cpp", "#include <iostream>"),
    ("size", "src/sim/run.cpp", "// line\n" * 500),
    ("size", "tests/unit/base/text_test.cpp", "// line\n" * 500),
    ("width", "bench/long.cpp", "// " + "x" * 118),
    ("width", "include/flatline/base/time.hpp", "// " + "x" * 118),
    ("once", "src/sim/twice.hpp", "int twice();"),
    ("unbuilt", "tests/unit/base/deeper/forgotten_test.cpp", "int forgotten;"),
    ("unbuilt", "tests/extra_test.cpp", "int forgotten;"),
    ("unbuilt", "src/sim/deeper/forgotten.cpp", "int forgotten;"),
]

# None of these breaks a rule.
INNOCENT = [
    ("src/sim/run.cpp", '// std::cout << rand(); #include "flatline/report/report.hpp"'),
    ("src/sim/run.cpp", '/* #include "flatline/report/report.hpp"\n#include <iostream>\n*/'),
    ("src/sim/run.cpp", 'const char* text = "stderr rand() std::unordered_map";'),
    ("src/sim/run.cpp", 'const char* text = R"(stderr rand()\n#include <iostream>\n)";'),
    ("src/sim/run.cpp", "int million = 1'000'000; auto f(int n) { return random(n) + x.time(0) + brand(); }"),
    ("src/sim/run.cpp", '#include "flatline/scenario/scenario.hpp"\n#include "sim/judge.hpp"'),
    ("src/cli/main.cpp", 'void f() { std::cerr << std::getenv("X"); std::exit(1); }'),
    ("src/cli/main.cpp", '#include <csignal>\n#include <chrono>\n#include "flatline/report/report.hpp"'),
    ("src/live/wall.hpp",
     "#pragma once\n#include <time.h>\n#include <sys/socket.h>\nint f() { return clock_gettime(0, nullptr); }"),
    ("include/flatline/base/time.hpp", "// " + "x" * 117),
]


def violations(root, only=None):
    return House(root, COMPILED).check(only)


class Planted(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.root = Path(cls.folder.name).resolve()
        for name in ("include", "src", "tests", "bench"):
            shutil.copytree(SOURCE / name, cls.root / name, ignore=shutil.ignore_patterns("node_modules", "*.json"))
        shutil.copy(SOURCE / "CMakeLists.txt", cls.root)
        cls.before = set(violations(cls.root))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def with_text(self, name, text):
        """The violations that appear when `text` is added to the file `name`."""
        path = self.root / name
        old = path.read_text(encoding="utf-8") if path.exists() else None
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((old or "") + text + "\n", encoding="utf-8")
        try:
            return [v for v in violations(self.root, path) if v not in self.before]
        finally:
            if old is None:
                path.unlink()
                if not any(path.parent.iterdir()):
                    path.parent.rmdir()
            else:
                path.write_text(old, encoding="utf-8")

    def test_each_planted_violation_is_named(self):
        for rule, name, text in PLANTED:
            with self.subTest(rule=rule, file=name, text=text[:60]):
                found = self.with_text(name, text)
                self.assertTrue(any(v.startswith(name + ":") and f"[{rule}]" in v for v in found), found)

    def test_what_is_allowed_is_not_named(self):
        for name, text in INNOCENT:
            with self.subTest(file=name, text=text[:60]):
                self.assertEqual(self.with_text(name, text), [])

    def test_a_changed_arrow_in_the_table_is_named(self):
        path = self.root / "CMakeLists.txt"
        old = path.read_text(encoding="utf-8")
        try:
            path.write_text(old.replace("flatline_room(detect   USES base)", "flatline_room(detect USES base world)"))
            self.assertTrue(any("[table]" in v and "detect" in v for v in violations(self.root)))
            path.write_text("\n".join(line for line in old.split("\n") if "flatline_room(oracle" not in line))
            self.assertTrue(any("[table]" in v and "oracle is missing" in v for v in violations(self.root)))
        finally:
            path.write_text(old, encoding="utf-8")


if __name__ == "__main__":
    SOURCE = Path(sys.argv[1]).resolve()
    COMPILED = compiled_files(sys.argv[2], SOURCE)
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
