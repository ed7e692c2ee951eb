#!/usr/bin/env python3
"""Checks the rules of the house that a compiler does not check; docs/ARCHITECTURE.md gives the reasons.

    house.py SOURCE_FOLDER COMPILE_COMMANDS

Prints one line per violation, `path:line: [rule] what`, and ends with 1 if there is any. Standard library only.
"""

import json
import re
import sys
from pathlib import Path

# Who may include whom. CMakeLists.txt must say the same: the build links by its table, this list is the promise.
ARROWS = {
    "base": "",
    "random": "base",
    "detect": "base",
    "plugin": "base detect",
    "engine": "base",
    "world": "base random",
    "protocol": "base detect",
    "qos": "base",
    "oracle": "base",
    "scenario": "base random detect world protocol",
    "trace": "base random",
    "fit": "base random world qos trace",
    "live": "base trace",
    "results": "base",
    "sim": "base random detect engine world protocol qos scenario",
    "sweep": "base random detect engine world protocol qos scenario sim results",
    "report": "base qos results",
}

LONGEST_FILE = 499
LONGEST_LINE = 120

# First part of a third party's include, and the CMake target that a room must name to use it.
THIRD_PARTIES = {"boost": "Boost::headers", "Eigen": "Eigen3::Eigen", "nlohmann": "nlohmann_json::nlohmann_json",
                 "zlib.h": "ZLIB::ZLIB"}

# What only src/cli may say: it is the only room that knows the terminal and the process.
CLI_ONLY_HEADERS = re.compile(r"boost/program_options\b.*|iostream|csignal|signal\.h")
CLI_ONLY_WORDS = re.compile(
    r"\b(?:std::)?(?:cout|cerr|clog|stdout|stderr)\b|\b(?:v?f?printf|f?puts|putchar|perror)\s*\("
    r"|(?<![\w.>])(?:std::)?(?:_?exit|_Exit|quick_exit|abort|terminate|atexit)\s*\("
    r"|\b(?:sigaction|std::signal|std::raise)\b|\bSIG[A-Z]{3,}\b")

# What would make a result depend on more than the scenario and the seed.
IMPURE_HEADERS = re.compile(r"chrono|ctime|time\.h|sys/time\.h|random|unordered_map|unordered_set")
IMPURE_WORDS = re.compile(
    r"\b(?:steady|system|high_resolution|utc|file)_clock\b|\b(?:clock_gettime|gettimeofday|timespec_get)\b"
    r"|(?<![\w.>:])(?:std::)?(?:time|clock)\s*\(\s*(?:NULL|nullptr|0|&\w+)?\s*\)"
    r"|\brandom_device\b|\b(?:s?rand|rand_r|srandom|[dlm]rand48|getrandom|getentropy|arc4random)\s*\("
    r"|\bstd::\w+_distribution\b|\bstd::(?:mt19937(?:_64)?|minstd_rand0?|default_random_engine|ranlux\w+|knuth_b)\b"
    r"|\bunordered_(?:multi)?(?:map|set)\b|\bgetenv\b|\bhardware_concurrency\b|\bstd::hash\b")

# Only src/live may read a clock or open a socket; nothing that it gives reaches a simulated result.
CLOCK_ROOMS = {"live"}
# Only src/plugin may load a shared library.
LOADER_HEADERS = re.compile(r"dlfcn\.h|link\.h")

SOCKET_HEADERS = re.compile(r"sys/socket\.h|netinet/.*|arpa/.*|netdb\.h|sys/epoll\.h|poll\.h|linux/.*")

CODE = {".hpp", ".h", ".cpp"}
TOKENS = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.DOTALL)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.MULTILINE)
ROOM_CALL = re.compile(r"^\s*flatline_room\(([^)]*)\)", re.MULTILINE)


def blank(match):
    """Comments and literals become white space of as many lines; an include's file name stays."""
    text = match.group()
    line_begin = match.string.rfind("\n", 0, match.start()) + 1
    if text.startswith('"') and re.match(r"\s*#\s*include\s*$", match.string[line_begin:match.start()]):
        return text
    # A digit separator is no literal: 1'000'000.
    if text.startswith("'") and match.string[match.start() - 1:match.start()].isalnum():
        return text
    return re.sub(r"[^\n]", " ", text)


class House:
    def __init__(self, root, compiled):
        self.root = Path(root)
        self.compiled = compiled
        self.found = []
        self.rooms = {}

    def report(self, path, line, rule, what):
        where = path.relative_to(self.root) if path.is_absolute() or path.is_relative_to(self.root) else path
        self.found.append(f"{where}:{line}: [{rule}] {what}")

    def files(self, folder, suffixes=CODE):
        return sorted(p for p in (self.root / folder).rglob("*") if p.suffix in suffixes and p.is_file())

    def check(self, only=None):
        """All violations; with `only`, those of that file and of the table."""
        self.read_table()
        for folder in ("include/flatline", "src"):
            for path in self.files(folder):
                if only in (None, path):
                    self.check_code(path, folder)
        for folder in ("src", "include", "tests", "bench"):
            for path in self.files(folder, CODE | {".py", ".js"}):
                if only in (None, path):
                    self.check_size(path)
        self.check_compiled()
        return self.found

    def read_table(self):
        lists = self.root / "CMakeLists.txt"
        text = re.sub(r"#[^\n]*", "", lists.read_text(encoding="utf-8"))
        for call in ROOM_CALL.finditer(text):
            name, *rest = call.group(1).split()
            lists_of = {"USES": [], "PRIVATE": []}
            current = None
            for word in rest:
                current = lists_of.get(word, current)
                if word not in lists_of:
                    current.append(word)
            line = text.count("\n", 0, call.start(1)) + 1
            self.rooms[name] = (set(lists_of["USES"]), set(lists_of["PRIVATE"]))
            if name not in ARROWS:
                self.report(lists, line, "table", f"room {name} is not in tests/architecture/house.py")
            elif self.rooms[name][0] != set(ARROWS[name].split()):
                self.report(lists, line, "table",
                            f"{name} uses {sorted(self.rooms[name][0])}, promised is {sorted(ARROWS[name].split())}")
        for name in ARROWS.keys() - self.rooms.keys():
            self.report(lists, 1, "table", f"room {name} is missing")

    def check_code(self, path, folder):
        parts = path.relative_to(self.root / folder).parts
        room = parts[0]
        if len(parts) < 2 or (room not in self.rooms and not (folder == "src" and room == "cli")):
            self.report(path, 1, "room", "this file is in no room of CMakeLists.txt")
            return
        text = path.read_text(encoding="utf-8")
        code = TOKENS.sub(blank, text)
        if path.suffix != ".cpp" and "#pragma once" not in code:
            self.report(path, 1, "once", "a header needs #pragma once")
        for include in INCLUDE.finditer(code):
            line = code.count("\n", 0, include.start(1)) + 1
            self.check_include(path, line, room, folder, include.group(1), include.group(2))
        if room == "cli":
            return
        words = INCLUDE.sub(lambda m: " " * len(m.group()), code)
        for rule, pattern in (("cli-only", CLI_ONLY_WORDS), ("pure", IMPURE_WORDS)):
            if rule == "pure" and room in CLOCK_ROOMS:
                continue
            for word in pattern.finditer(words):
                self.report(path, words.count("\n", 0, word.start()) + 1, rule, f"{word.group().strip()} in {room}")

    def check_include(self, path, line, room, folder, mark, name):
        first = name.split("/")[0]
        if first == "flatline":
            other = name.split("/")[1]
            if room != "cli" and other != room and other not in self.rooms[room][0]:
                self.report(path, line, "arrow", f"{room} may not include {name}")
            return
        if ".." in name.split("/"):
            self.report(path, line, "arrow", f"{name} leaves the folder")
        if mark == '"':
            self.check_private_include(path, line, room, folder, name)
            return
        # A header for C programs includes C's own.
        plain_c = path.suffix == ".h" and name in ("stddef.h", "stdint.h")
        if folder.startswith("include") and not plain_c and not re.fullmatch(r"[a-z_0-9]+", name):
            self.report(path, line, "third-party", f"<{name}> in a public header")
        if room == "cli":
            return
        if CLI_ONLY_HEADERS.fullmatch(name):
            self.report(path, line, "cli-only", f"<{name}> in {room}")
            return
        if SOCKET_HEADERS.fullmatch(name) and room != "live":
            self.report(path, line, "live-only", f"<{name}> in {room}")
        if LOADER_HEADERS.fullmatch(name) and room != "plugin":
            self.report(path, line, "plugin-only", f"<{name}> in {room}")
        if IMPURE_HEADERS.fullmatch(name) and room not in CLOCK_ROOMS:
            self.report(path, line, "pure", f"<{name}> in {room}")
        # No other room can include what is in src, so that a private header may use its room's third parties.
        target = THIRD_PARTIES.get(first)
        if target and target not in self.rooms[room][1]:
            self.report(path, line, "third-party", f"<{name}>: {room} does not name {target} in CMakeLists.txt")

    def check_private_include(self, path, line, room, folder, name):
        if folder.startswith("include"):
            self.report(path, line, "arrow", f'public headers include "flatline/..." and no "{name}"')
        elif "/" in name and name.split("/")[0] != room:
            self.report(path, line, "arrow", f"{name} is private to its room")
        elif (room, name) == ("cli", "build_info.hpp"):
            return  # made by CMake
        elif not (self.root / "src" / room / name.split("/")[-1]).is_file():
            self.report(path, line, "arrow", f"there is no {name} in src/{room}")

    def check_size(self, path):
        if "node_modules" in path.parts:
            return
        lines = path.read_text(encoding="utf-8").split("\n")
        if len(lines) - 1 > LONGEST_FILE:
            self.report(path, len(lines) - 1, "size", f"a file has at most {LONGEST_FILE} lines")
        for number, line in enumerate(lines, 1):
            if len(line) > LONGEST_LINE and path.suffix != ".js":
                self.report(path, number, "width", f"{len(line)} columns; at most {LONGEST_LINE}")

    def check_compiled(self):
        """A test that is not built cannot fail. Optional programs count if a CMakeLists.txt beside them names them."""
        for folder in ("src", "tests"):
            for path in self.files(folder, {".cpp"}):
                lists = path.parent / "CMakeLists.txt"
                named = lists.is_file() and re.search(rf"(?<![\w/]){re.escape(path.name)}\b",
                                                      lists.read_text(encoding="utf-8"))
                if str(path.relative_to(self.root)) not in self.compiled and not named:
                    self.report(path, 1, "unbuilt", "no target compiles this file")


def compiled_files(commands, root):
    """Paths below `root` of what compile_commands.json compiles."""
    root = Path(root).resolve()
    paths = (Path(entry["directory"], entry["file"]).resolve() for entry in json.loads(Path(commands).read_text()))
    return {str(p.relative_to(root)) for p in paths if p.is_relative_to(root)}


def main(arguments):
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    root = Path(arguments[0]).resolve()
    found = House(root, compiled_files(arguments[1], root)).check()
    for line in found:
        print(line)
    print(f"{len(found)} violation(s)" if found else "the house is in order")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
