# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
"""Errors that tools/mutation_check --random draws: small changes anywhere in the headers, each with the
few tests that are likeliest to notice it. The same seed and tree give the same errors."""
import os
import random
import re

MOST_TESTS = 4
# Code that no test of a host runs (devices), and rules that one program holds, golden.replay.
NOT_DRAWN = ("exec/tile_device.hpp", "compat/")

# kind: (what is replaced, the replacement). The signs of clang-format tell operators from brackets.
CHANGES = {
    "comparison": (r" (<=|>=|==|!=|<|>) ",
                   {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}),
    "logic": (r" (&&|\|\|) ", {"&&": "||", "||": "&&"}),
    "arithmetic": (r"(?<=[\w)\]]) ([-+*/]) (?=[\w(\-])", {"+": "-", "-": "+", "*": "/", "/": "*"}),
    "constant": (r"(?<![\w.'<])(\d+(?:\.\d*)?)(?![\w.'>])", None),
    "index": (r"(?<=[\w\])])\[([^][]+)\]", None),
    "statement": (r"(?m)^ +(?:[\w.\[\]]+(?:->[\w.]+)* [-+*/]?= [^;{}]*|(?!return|throw|using)[\w.:]+\([^;{}]*\));$",
                  None),
    # of min, max and product the order of the arguments says nothing
    "arguments": (r"\b(?!min\b|max\b|product\b)[a-z_]\w*\((\w[\w.]*), (\w[\w.]*)\)", None),
}


def blanked(text):
    """The text with blanks for all that is not code of a host: same length, same lines."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group())
    text = re.sub(r'//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'', blank, text)
    text = re.sub(r"static_assert\([^;]*;|template <[^{;]*?>\n|requires\([^{;]*\)|"
                  r"#\s*include[^\n]*|#define[^\n]*(?:\\\n[^\n]*)*|operator[^\n(]*\(", blank, text)
    lines, elsewhere = text.split("\n"), []
    for i, line in enumerate(lines):
        word = re.match(r"\s*#\s*(if|elif|else|endif)", line)
        if word:
            asked = re.sub(r"!\s*(defined\s*\()?\s*\w+\)?", "", line)
            other = bool(re.search(r"CUDA|DEVICE_CODE|__clang__|THRUST_DEVICE", asked))
            if word.group(1) in ("elif", "else", "endif"):
                elsewhere.pop()
            if word.group(1) != "endif":
                elsewhere.append(other)
        if word or any(elsewhere):
            lines[i] = " " * len(line)
    return "\n".join(lines)


def replacement(kind, match):
    """(begin, end, text) of the change at a match."""
    begin, end = match.span(1) if match.re.groups else match.span()
    if kind == "constant":
        number = match.group(1)
        wrong = {"0": "1", "1": "2"}.get(number)
        return begin, end, wrong or (f"{number}1" if "." in number else str(int(number) - 1))
    if kind == "index":
        return begin, end, match.group(1) + " + 1"
    if kind == "statement":
        return begin, end, ""
    if kind == "arguments":
        return begin, match.end(2), f"{match.group(2)}, {match.group(1)}"
    return begin, end, CHANGES[kind][1][match.group(1)]


def sites(text):
    """(kind, begin, end, replacement) of all changes to a header."""
    code = blanked(text)
    for kind, (pattern, _) in CHANGES.items():
        for match in re.finditer(pattern, code):
            if kind == "arguments" and match.group(1) == match.group(2):
                continue
            if kind == "statement" and code[:match.start()].rstrip()[-1:] not in ("{", "}", ";"):
                continue  # the end of a longer one
            yield (kind, *replacement(kind, match))


def whole_lines(text, begin, end, new):
    """The change as whole lines, as many as it takes for them to be in the text once: (old, new)."""
    first, last = text.rfind("\n", 0, begin) + 1, text.find("\n", end)
    while text.count(text[first:last]) > 1:
        first = text.rfind("\n", 0, first - 1) + 1
    return text[first:last], text[first:begin] + new + text[end:last]


class Cover:
    """Which tests are likeliest to notice an error in a header."""

    def __init__(self, root, table):
        self.root, self.table, self.closures = root, table, {}
        tests = root / "tests"
        self.tests = {p.relative_to(tests).as_posix().removesuffix("_test.cpp"): p
                      for p in sorted(tests.rglob("*_test.cpp"))}
        self.texts, self.facts = {}, {}

    def text(self, path):
        if path not in self.texts:
            self.texts[path] = path.read_text()
        return self.texts[path]

    def closure(self, path):
        """The project's files that a file includes, itself too."""
        if path not in self.closures:
            seen, waiting = set(), [path]
            while waiting:
                file = waiting.pop()
                if file in seen:
                    continue
                seen.add(file)
                for angle, name in re.findall(r'^#include ([<"])([^>"]+)', self.text(file), re.M):
                    places = [self.root / "include"] if angle == "<" else [
                        file.parent, self.root / "tests/support"]
                    waiting += [p for p in (pathlib_of(d, name) for d in places) if p.is_file()][:1]
            self.closures[path] = seen
        return self.closures[path]

    def facts_of(self, test):
        """The files of a test, the words of those that are tests, the size of all."""
        if test not in self.facts:
            files = self.closure(test)
            words = {w for f in files if "tests" in f.parts for w in re.findall(r"\w+", self.text(f))}
            self.facts[test] = files, words, sum(len(self.text(f)) for f in files)
        return self.facts[test]

    def of(self, header):
        """Those named after it, those that its rows in mutations.py name, those of its folder's name;
        among them those that speak most of what it defines, then the smallest."""
        text = self.text(header)
        defined = set(re.findall(r"(?:struct|class|enum class|auto|double|bool|int|void|T|V) "
                                 r"([a-z]\w{3,})\b", text))
        folder, stem = header.relative_to(self.root / "include/diffgen").parts[0], header.stem
        rows = {t if "/" in t else f"conformance/{t}"
                for m in self.table if self.root / m.file == header for t in m.tests}
        ranked = []
        for name, path in self.tests.items():
            files, words, size = self.facts_of(path)
            if header not in files:
                continue
            leaf, at_home = name.split("/")[-1], name.startswith(f"{folder}/")
            named = stem == leaf or (at_home and (stem in leaf or leaf in stem))
            ranked.append((not named, name not in rows, not at_home, -len(defined & words), size, name))
        return tuple(row[-1] for row in sorted(ranked)[:MOST_TESTS])


def pathlib_of(folder, name):
    return type(folder)(os.path.normpath(folder / name))


def draw(root, table, mutation, count, seed, under="include/diffgen"):
    """`count` mutations of the type of the table's rows: each kind of change equally often."""
    headers = root / "include/diffgen"
    by_kind = {}
    for path in sorted((root / under).rglob("*.hpp")):
        if path.relative_to(headers).as_posix().startswith(NOT_DRAWN):
            continue
        for site in sites(path.read_text()):
            by_kind.setdefault(site[0], []).append((path, site))
    generator, cover, drawn = random.Random(seed), Cover(root, table), []
    while len(drawn) < count and any(by_kind.values()):
        kind = generator.choice(sorted(k for k in by_kind if by_kind[k]))
        path, (_, begin, end, new) = by_kind[kind].pop(generator.randrange(len(by_kind[kind])))
        text = path.read_text()
        tests = cover.of(path)
        if not tests:
            continue
        line = text.count("\n", 0, begin) + 1
        was = " ".join(text[begin:end].split())
        drawn.append(mutation(f"{path.relative_to(headers)}:{line}, {kind}: {was} -> {new or 'nothing'}",
                              path.relative_to(root).as_posix(),
                              *whole_lines(text, begin, end, new), tests))
    return drawn
