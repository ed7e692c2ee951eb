#!/usr/bin/env python3
"""What the command line itself gets wrong, and how the program explains itself."""

import json
import os
import pty
import subprocess

import program
from program import ProgramTest, main, small

COMMANDS = ["run", "sweep", "report", "replay", "record", "fit", "validate", "schema", "list", "explain",
            "version", "help"]


class Usage(ProgramTest):
    def setUp(self):
        super().setUp()
        self.write("s.json", small())

    def test_no_command_is_a_usage_error_that_shows_the_help(self):
        done = self.flatline()
        self.assertEqual((done.code, done.out), (2, ""))
        self.assertIn("Commands:", done.err)

    def test_unknown_words_are_named_with_the_nearest_known_one(self):
        for arguments, fragments in [
            (["rnu", "s.json"], ['no command "rnu"', '"run"']),
            (["frobnicate"], ['no command "frobnicate"', "flatline help"]),
            (["run", "s.json", "--sed", "3"], ["unknown option --sed", "--seed"]),
            (["run", "s.json", "--frobnicate"], ["unknown option --frobnicate", "flatline help run"]),
            (["run", "s.json", "--format", "jsn"], ["--format jsn", "did you mean json"]),
            (["run", "s.json", "--engine", "steam"], ["--engine steam"]),
            (["list", "detector"], ['"detector"', "did you mean detectors"]),
            (["help", "rum"], ['"rum"']),
            (["replay", "t.csv", "--detector", "phi_nromal"], ["phi_nromal", '"phi_normal"']),
            (["run", "s.json", "--set", "timeot=3s"], ['"timeot"', 'did you mean "timeout"']),
            (["run", "s.json", "--set", "/detectors/0/fixed_timeot/timeout=3s"], ["fixed_timeot"]),
        ]:
            with self.subTest(arguments=arguments):
                self.refuse(2, arguments, *fragments)

    def test_bad_values_are_named_with_their_option(self):
        for arguments, fragment in [
            (["run", "s.json", "--jobs", "0"], "--jobs 0"),
            (["run", "s.json", "--jobs", "-1"], "--jobs -1"),
            (["run", "s.json", "--jobs", "two"], "--jobs two"),
            (["run", "s.json", "--jobs", "99999999999999999999"], "--jobs 99999999999999999999"),
            (["run", "s.json", "--seed", "-3"], "--seed -3"),
            (["run", "s.json", "--seed", "1.5"], "--seed 1.5"),
            (["run", "s.json", "--set", "timeout"], "not KEY=VALUE"),
            (["run", "s.json", "--set", "=3s"], "not KEY=VALUE"),
            (["run", "s.json", "--set", ""], "not KEY=VALUE"),
            (["run", "s.json", "--set"], "--set"),
            (["run", "s.json", "--jobs"], "--jobs"),
            (["sweep", "s.json", "--axis", "timeout"], "--axis"),
            (["sweep", "s.json", "--axis", "timeout="], "--axis"),
            (["run"], "scenario is missing"),
            (["validate"], "scenario is missing"),
            (["report"], "folder is missing"),
            (["replay"], "trace is missing"),
            (["replay", "t.csv"], "--detector is missing"),
            (["replay", "t.csv", "--detector", "fixed_timeout"], "--set timeout="),
            (["replay", "t.csv", "--detector", "fixed_timeout", "--set", "timeout"], "not KEY=VALUE"),
            (["replay", "t.csv", "--detector", "fixed_timeout", "--set", "timeout=3"], "has no unit"),
            (["replay", "t.csv", "--detector", "fixed_timeout", "--set", "timeout=0s"], "too small"),
            (["replay", "t.csv", "--detector", "fixed_timeout", "--set", "timeout=3s", "--set", "a=1"],
             'parameter "a"'),
            (["replay", "t.csv", "--detector", "fixed_timeout", "--set", "timeout=3s", "--set", "loss=0.1"],
             'parameter "loss"'),
            (["replay", "t.csv", "--detector", "fixed_timeout", "--axis", "interval=1s,2s", "--set", "timeout=3s"],
             "a trace has one interval"),
            (["replay", "t.csv", "--detector", "fixed_timeout", "--set", "timeout=3s", "--clocks", "three"],
             "--clocks three"),
            (["run", "s.json", "two.json"], "too many arguments"),
            (["schema", "s.json"], "too many arguments"),
            (["version", "s.json"], "too many arguments"),
        ]:
            with self.subTest(arguments=arguments):
                self.refuse(2, arguments, fragment)

    def test_a_bad_value_given_with_set_names_the_setting_and_the_place(self):
        self.refuse(3, ["run", "s.json", "--set", "timeout=0s"], "--set timeout=0s",
                    "/detectors/0/fixed_timeout/timeout")
        self.refuse(3, ["run", "s.json", "--set", "loss=2"], "--set loss=2", "/link/loss")

    def test_every_command_has_help(self):
        for command in COMMANDS:
            with self.subTest(command=command):
                done = self.succeed(command, "--help")
                self.assertIn("Usage: flatline", done.out)
                self.assertEqual(done.err, "")
                self.assertEqual(self.succeed("help", command).out, done.out)
        everything = self.succeed("help")
        for command in COMMANDS:
            self.assertIn(f"\n  {command} ", everything.out)
        self.assertEqual(self.succeed("--help").out, everything.out)
        self.assertEqual(self.succeed("-h").out, everything.out)
        self.assertIn("--axis", self.succeed("help", "sweep").out)

    def test_version_says_how_it_was_built(self):
        out = self.succeed("version").out
        self.assertRegex(out, r"\Aflatline \d+\.\d+\.\d+\n")
        for word in ("compiler ", "build type ", "report charts "):
            self.assertIn("\n" + word, out)
        self.assertEqual(self.succeed("--version").out, out)

    def test_list_knows_its_topics(self):
        topics = self.succeed("list").out.split()
        self.assertEqual(topics, ["detectors", "distributions", "measures"])
        for topic, word in zip(topics, ["phi_normal", "lognormal", "query_accuracy"]):
            self.assertIn(word, self.succeed("list", topic).out)

    def test_the_schema_is_json_and_names_every_top_level_key(self):
        schema = json.loads(self.succeed("schema").out)
        self.assertIn("2020-12", schema["$schema"])
        for key in ("name", "nodes", "link", "links", "watch", "faults", "detectors", "duration", "sweep"):
            self.assertIn(key, schema["properties"])

    def test_errors_are_red_on_a_terminal_unless_no_color_is_set(self):
        for environment, coloured in [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True)]:
            ours, theirs = pty.openpty()
            process = subprocess.run([program.FLATLINE, "run", "absent.json"], cwd=self.folder, stderr=theirs,
                                     env={**self.environment, **environment}, check=False)
            os.close(theirs)
            text = os.read(ours, 10000).decode()
            os.close(ours)
            self.assertEqual(process.returncode, 4)
            self.assertEqual("\033[" in text, coloured, (environment, text))
        self.assertNotIn("\033", self.flatline("run", "absent.json").err)  # a pipe is no terminal


if __name__ == "__main__":
    main()
