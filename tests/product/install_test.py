#!/usr/bin/env python3
"""Installs the build into an empty folder, and builds and runs another project with what is there.

    install_test.py BUILD_FOLDER COMPILER FLAGS
"""

import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

BUILD = COMPILER = FLAGS = ""


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="flatline-install-")
        cls.prefix = Path(cls.folder.name) / "prefix"
        cls.run_quietly(["cmake", "--install", BUILD, "--prefix", str(cls.prefix)])

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @staticmethod
    def run_quietly(command):
        environment = {k: v for k, v in os.environ.items() if k not in ("CXXFLAGS", "LDFLAGS", "CPATH")}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        if done.returncode != 0:
            raise AssertionError(f"{command}: exit {done.returncode}\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
        return done.stdout

    def test_another_project_builds_and_runs(self):
        build = Path(self.folder.name) / "consumer"
        self.run_quietly(["cmake", "-S", str(Path(__file__).parent / "consumer"), "-B", str(build), "-G", "Ninja",
                          f"-DCMAKE_PREFIX_PATH={self.prefix}", f"-DCMAKE_CXX_COMPILER={COMPILER}",
                          f"-DCMAKE_CXX_FLAGS={FLAGS} -Wall -Wextra -Werror", "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON"])
        self.run_quietly(["cmake", "--build", str(build)])
        self.assertIn("mistakes", self.run_quietly([str(build / "simulation")]))
        # What was linked came from the installed package and brought no flags of ours.
        commands = (build / "compile_commands.json").read_text()
        self.assertIn(str(self.prefix), commands)
        self.assertNotIn("-ffp-contract", commands)

    def from_the_manual(self, folder):
        """Writes the program and the CMakeLists.txt of docs/EMBEDDING.md into a new folder; gives the commands."""
        manual = (Path(__file__).resolve().parents[2] / "docs/EMBEDDING.md").read_text()
        blocks = {language: re.findall(rf"```{language}\n(.*?)```", manual, re.DOTALL)
                  for language in ("cpp", "cmake", "sh")}
        self.assertEqual({language: len(found) for language, found in blocks.items()}, {"cpp": 1, "cmake": 1, "sh": 1})
        self.assertLessEqual(len([line for line in blocks["cpp"][0].splitlines() if line]), 30)
        folder.mkdir()
        (folder / "main.cpp").write_text(blocks["cpp"][0])
        (folder / "CMakeLists.txt").write_text(blocks["cmake"][0])
        return blocks["sh"][0]

    def check_monitor(self, program):
        level = float(re.fullmatch(r"suspected, level (\d+\.\d{3})\n", self.run_quietly([str(program)])).group(1))
        self.assertGreaterEqual(level, 4)

    def test_the_program_of_the_manual_builds_against_the_package_and_runs(self):
        folder = Path(self.folder.name) / "embedding"
        self.from_the_manual(folder)
        self.run_quietly(["cmake", "-S", str(folder), "-B", str(folder / "build"), "-G", "Ninja",
                          f"-DCMAKE_PREFIX_PATH={self.prefix}", f"-DCMAKE_CXX_COMPILER={COMPILER}",
                          f"-DCMAKE_CXX_FLAGS={FLAGS} -Wall -Wextra -pedantic -Werror"])
        self.run_quietly(["cmake", "--build", str(folder / "build")])
        self.check_monitor(folder / "build/monitor")

    def test_two_libraries_are_all_that_the_program_of_the_manual_links(self):
        folder = Path(self.folder.name) / "by-hand"
        words = self.from_the_manual(folder).split()
        self.assertEqual(words[0], "c++")
        self.assertEqual(sum(word.endswith(".a") for word in words), 2)
        libraries = next(self.prefix.rglob("libflatline_detect.a")).parent  # lib, lib64 or lib/ARCHITECTURE
        words = [word.replace("PREFIX/lib", str(libraries)).replace("PREFIX", str(self.prefix)) for word in words[1:]]
        words = [str(folder / word) if word in ("main.cpp", "monitor") else word for word in words]
        self.run_quietly([COMPILER, *FLAGS.split(), *words])
        self.check_monitor(folder / "monitor")

    def test_a_package_of_another_version_is_refused(self):
        for version in ("0.2", "1.0", "0.0"):
            folder = Path(self.folder.name) / f"version-{version}"
            folder.mkdir()
            (folder / "CMakeLists.txt").write_text(
                "cmake_minimum_required(VERSION 3.25)\nproject(x LANGUAGES CXX)\n"
                f"find_package(flatline {version} REQUIRED)\n")
            with self.assertRaisesRegex(AssertionError, "compatible|version"):
                self.run_quietly(["cmake", "-S", str(folder), "-B", str(folder / "build"), "-G", "Ninja",
                                  f"-DCMAKE_PREFIX_PATH={self.prefix}", f"-DCMAKE_CXX_COMPILER={COMPILER}"])

    def test_the_exported_targets_carry_no_flags_and_no_paths_of_the_build(self):
        files = list(self.prefix.rglob("*.cmake"))
        self.assertGreaterEqual(len(files), 3)
        for path in files:
            text = re.sub(r"#[^\n]*", "", path.read_text())
            for leak in ("-Werror", "-Wall", "-ffp-contract", "-fsanitize", "flatline_build_flags", "Boost::",
                         "Eigen3::", "nlohmann", str(BUILD)):
                self.assertNotIn(leak, text, path.name)
            self.assertEqual(re.findall(r"INTERFACE_COMPILE_(?:OPTIONS|DEFINITIONS)", text), [], path.name)

    def test_the_program_and_its_scenarios_are_installed(self):
        program = self.prefix / "bin/flatline"
        self.assertRegex(self.run_quietly([str(program), "version"]), r"\Aflatline \d")
        scenarios = sorted((self.prefix / "share/flatline/scenarios").glob("*.json"))
        self.assertNotEqual(scenarios, [])
        for scenario in scenarios:
            self.run_quietly([str(program), "validate", str(scenario)])

    def test_every_public_header_and_no_private_one_is_installed(self):
        source = Path(__file__).resolve().parents[2]
        expected = sorted(str(p.relative_to(source / "include")) for p in (source / "include").rglob("*.h*"))
        installed = sorted(str(p.relative_to(self.prefix / "include"))
                           for p in (self.prefix / "include").rglob("*.h*"))
        self.assertIn("flatline/detect/plugin.h", installed)
        self.assertEqual(installed, expected)


if __name__ == "__main__":
    BUILD, COMPILER, FLAGS = sys.argv[1:4]
    unittest.main(argv=sys.argv[:1])
