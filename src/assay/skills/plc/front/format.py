"""The formatter: indents by structure, sets spaces in one way, writes the words of the language in capitals.

Lines stay where their author broke them, comments and literals stay as they are written, and of several empty lines
one stays. After formatting, the tokens are compared with those before: a text whose meaning would change is given back
as it was, and so is one with errors or a list of instructions in it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from assay.skills.plc.front.layout import CLOSES, MIDDLE, Beginnings, Depth
from assay.skills.plc.front.lexer import Tokens, tokenize
from assay.skills.plc.front.parser import parse
from assay.skills.plc.front.source import Source

_OPERANDS = frozenset("name int real time date pointer typed string wide quoted local direct".split())
_BINARY = frozenset(":= => <= >= <> ** += -= *= /= ?= = < > + - * / &".split())
_KEPT = frozenset({"TRUE", "FALSE"})
_KEPT_SCL = _KEPT | {"ARRAY", "OF", "STRUCT"}
_TIGHT_LEFT = frozenset({",", ";", ")", "]", ".", "^", ".."})
_TIGHT_RIGHT = frozenset({"(", "[", ".", ".."})


class _Atom(NamedTuple):
    """A token or a piece of trivia."""

    kind: str
    key: str
    text: str
    start: int
    end: int


def format_text(source: Source) -> str:
    """The text of a source in the house's form; unchanged when it has errors. Formatting twice changes nothing."""
    parsed = parse(source)
    if not parsed.ok or parsed.lists or not source.text.strip():
        return source.text
    tokens = tokenize(source)
    atoms = _atoms(source.text, tokens)
    text = _Writer(source, atoms, Beginnings(parsed.unit)).run()
    again = tokenize(replace(source, text=text, _lines=[]))
    return text if _same(atoms, _atoms(text, again)) else source.text


def format_body(text: str, source: Source) -> str:
    """Statements alone, as they stand in the files of TwinCAT; in the dialect of ``source``."""
    head, tail = "PROGRAM p\n", "\nEND_PROGRAM\n"
    whole = replace(source, text=head + text + tail, segments=(), _lines=[])
    done = format_text(whole).replace("\r\n", "\n")
    if done == whole.text or not (done.startswith(head) and done.endswith(tail)):
        return text
    inner = done[len(head) : len(done) - len(tail)].strip("\n")
    return inner.replace("\n", "\r\n") if "\r\n" in text else inner


def _atoms(text: str, tokens: Tokens) -> list[_Atom]:
    """Tokens and trivia in the order of the text."""
    found = [
        _Atom(kind, key, text[start:end], start, end)
        for kind, key, start, end in zip(tokens.kinds, tokens.keys, tokens.starts, tokens.ends, strict=True)
        if kind != "end"
    ]
    found += [_Atom(one.kind, "", one.text, one.span.start, one.span.end) for one in tokens.trivia]
    return sorted(found, key=lambda one: one.start)


def _same(before: list[_Atom], after: list[_Atom]) -> bool:
    """Whether two texts have the same tokens and trivia, but for capitals in words of the language."""
    if len(before) != len(after):
        return False
    return all(
        one.kind == two.kind and (one.text == two.text or (one.kind == "word" and one.key == two.key))
        for one, two in zip(before, after, strict=True)
    )


class _Writer:
    def __init__(self, source: Source, atoms: list[_Atom], beginnings: Beginnings) -> None:
        self.source = source
        self.atoms = atoms
        self.depth = Depth(beginnings)
        self.labels = beginnings
        self.unit = _indent_unit(source)
        self.newline = "\r\n" if "\r\n" in source.text else "\n"
        self.last: _Atom | None = None  # the token before, also on the line before
        self.signed = False  # whether it is a sign of what follows
        self.kept = _KEPT_SCL if source.dialect == "scl" else _KEPT
        self.colons = self.find_colons()
        self.tags = self.find_tags()

    def run(self) -> str:
        lines: list[tuple[int, str, bool]] = []  # depth, text, only comments
        for line in self.lines():
            if not line:
                if lines and lines[-1][1]:
                    lines.append((0, "", False))
                continue
            lines.append((*self.line(line), all(one.kind in ("comment", "pragma") for one in line)))
        while lines and not lines[-1][1]:
            lines.pop()
        depths = self.comment_depths(lines)
        out = [self.unit * depth + text if text else "" for depth, (_, text, _) in zip(depths, lines, strict=True)]
        return self.newline.join(out) + self.newline

    def lines(self) -> list[list[_Atom]]:
        """The atoms of each line, and an empty list where empty lines stand."""
        out: list[list[_Atom]] = [[]]
        end = 0
        for atom in self.atoms:
            breaks = self.source.text.count("\n", end, atom.start)
            if breaks and out[-1]:
                out.append([])
            if breaks > 1 and len(out) > 1:
                out.append([])
            out[-1].append(atom)
            end = atom.end
        return out

    def line(self, atoms: list[_Atom]) -> tuple[int, str]:
        """The depth of a line and its text."""
        first = next((one for one in atoms if one.kind not in ("comment", "pragma")), None)
        depth = self.depth.before(first.key, first.start) if first else len(self.depth.stack) + self.depth.brackets
        out: list[str] = []
        before: _Atom | None = None
        for atom in atoms:
            if before is not None and self.spaced(before, atom):
                out.append(" ")
            out.append(atom.key if atom.kind == "word" and atom.key not in self.kept else atom.text)
            if atom.kind not in ("comment", "pragma"):
                self.depth.step(atom.key, atom.start)
                self.signed = self.is_sign(atom)
                self.last = atom
            before = atom
        return depth, "".join(out).rstrip()

    def comment_depths(self, lines: list[tuple[int, str, bool]]) -> list[int]:
        """A line of comments stands as deep as the code under it, but never as what closes or goes on."""
        depths = [one[0] for one in lines]
        below: tuple[int, str] | None = None
        for place in range(len(lines) - 1, -1, -1):
            depth, text, only = lines[place]
            if not text:
                continue
            if only and below is not None:
                word = below[1].split("(")[0].split(" ")[0].split(";")[0].upper()
                closes = word in CLOSES or word in MIDDLE or word.startswith("END_") or word[:1] in (")", "]")
                depths[place] = max(depth, below[0]) if closes else below[0]
            if not only:
                below = (depth, text)
        return depths

    def spaced(self, left: _Atom, right: _Atom) -> bool:
        """Whether a space stands between two neighbours on a line."""
        if "comment" in (left.kind, right.kind) or "pragma" in (left.kind, right.kind):
            return not (left.key in ("(", "[") and left.kind == "op")
        if left.key == ":" and right.key == ";":
            return True
        if right.start in self.tags:
            return False
        if right.key in _TIGHT_LEFT or left.key in _TIGHT_RIGHT:
            return False
        if right.key == ":":
            return right.start not in self.colons
        if right.key == "=" and left.key in ("S", "R", "REF") and left.end == right.start:
            return False
        if right.key == "(":
            if self.signed:
                return False
            return left.kind == "word" or left.key in _BINARY or left.key in (",", ":", ";", "FROM")
        if right.key == "[":
            return left.kind == "op" and left.key not in ("]", ")", "^")
        if left.key == "^":
            return True
        return not self.signed

    def is_sign(self, atom: _Atom) -> bool:
        """Whether a token is a sign that belongs to the operand behind it; to be asked before it becomes the last."""
        if atom.kind != "op" or atom.key not in ("-", "+"):
            return False
        before = self.last
        if before is None:
            return True
        if before.kind in _OPERANDS:
            return before.key in ("AND_THEN", "OR_ELSE")
        if before.kind == "word":
            return before.key not in _KEPT
        return before.key not in (")", "]", "^")

    def find_tags(self) -> set[int]:
        """The colon and the letter of each ``:P`` right behind a tag of SCL, which stand together."""
        found: set[int] = set()
        for before, colon, letter in zip(self.atoms, self.atoms[1:], self.atoms[2:], strict=False):
            together = before.end == colon.start and colon.end == letter.start
            if self.source.dialect == "scl" and colon.key == ":" and letter.key == "P" and together:
                found |= {colon.start, letter.start}
        return found

    def find_colons(self) -> set[int]:
        """The first colon behind the beginning of each arm, and each colon right behind the name of a label."""
        found: set[int] = set()
        waiting = False
        for atom in self.atoms:
            waiting = waiting or atom.start in self.labels.arms or atom.start in self.labels.jumps
            if waiting and atom.key == ":":
                found.add(atom.start)
                waiting = False
        return found


def _indent_unit(source: Source) -> str:
    """A tab where the text indents with tabs, else four spaces (three in SCL, as TIA Portal does)."""
    lines = source.text.splitlines()
    tabs = sum(one.startswith("\t") for one in lines)
    spaces = sum(one.startswith("  ") for one in lines)
    if tabs > spaces:
        return "\t"
    return "   " if source.dialect == "scl" else "    "
