"""Text to tokens, with one compiled expression for all dialects.

The tokens stand in four lists side by side (kind, key, start, end): a file of 20,000 lines has 200,000 of them. The key
is what the parser compares: an operator as it is spelled, a word in upper case, and empty for everything else (literals
and the quoted names of SCL, which are never words of the language).

Comments nest, as the 3rd edition and CODESYS have it; from the first comment on that does not close that way, they do
not nest any more, as in the 2nd edition.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field

from assay.skills.plc.front.conditions import inactive_parts
from assay.skills.plc.front.diagnostic import Diagnostic, Severity
from assay.skills.plc.front.source import Source, Span
from assay.skills.plc.front.tree import Trivia
from assay.skills.plc.front.words import RESERVED

_TOKEN = re.compile(
    r"""[\s\ufeff\u200b]*+(?:
  (?P<word>[^\W\d]\w*+(?!\#))
| (?P<op>:=|=>|<=|>=|<>|\*\*|\.\.\.?|\+=|-=|\*=|/=(?!=)|\?=|\(/\*|\(\*|/\*|//|[-+*/=<>()\[\],;:.^&?])
| (?P<real>\d[\d_]*\.\d[\d_]*(?:[eE][-+]?\d+)?(?!\#)|\d[\d_]*[eE][-+]?\d+\b)
| (?P<int>(?:2|8|10|16)\#[0-9A-Fa-f][0-9A-Fa-f_]*\b|\d[\d_]*\b(?!\#))
| (?P<time>(?:TIME|LTIME|T|LT|S5TIME|S5T)\#[-+]?(?:\d[\d_]*(?:\.\d[\d_]*)?_?(?:days?|ms|us|ns|[dhms])_?)+(?!\w))
| (?P<date>(?:L?DATE|L?D|L?TOD|L?TIME_OF_DAY|L?DT|L?DATE_AND_TIME|DTL)\#\d[\d_]*(?:[-:]\d+(?:\.\d+)?)+)
| (?P<pointer>P\#[^\s;,)\]]+(?:[ ]+(?:BOOL|BYTE|D?WORD|D?INT|REAL|CHAR|COUNTER|TIMER|S5TIME|DATE|TIME|TOD|DT)[ ]+\d+)?)
| (?P<typed>[^\W\d]\w*+\#(?:[-+]?(?:(?:2|8|10|16)\#[0-9A-Fa-f][0-9A-Fa-f_]*
      |\d[\d_]*\.\d[\d_]*(?:[eE][-+]?\d+)?|\d[\d_]*(?:[eE][-+]?\d+)?)(?!\w)|[^\W\d]\w*))
| (?P<string>(?:[^\W\d]\w*+\#)?'(?:[^'$\r\n]|\$(?:\r?\n|.)|'')*')
| (?P<wide>(?:[^\W\d]\w*+\#)?"(?:[^"$\r\n]|\$.)*")
| (?P<ticked>`[^\W\d]\w*+`)
| (?P<local>\#[^\W\d]\w*+|\#\d\w*+)
| (?P<localquoted>\#"[^"\r\n]*")
| (?P<foreign>\{\{[\s\S]*?\}\})
| (?P<pragma>\{(?:[^{}']|'[^']*')*+\}|\{[^{}]*\})
| (?P<direct>%[A-Za-z]+(?:\d+(?:\.\d+)*|\*)?(?::P\b)?)
| (?P<end>\Z)
| (?P<bad>[\s\S])
)""",
    re.VERBOSE | re.IGNORECASE,
)
# In SCL a quoted text is a name, a word may be written by its bytes (``B#(1,2)``), the title of a region is free text,
# and so are some lines of a block's head.
_SCL = re.compile(
    r"""[\s\ufeff\u200b]*+(?:
  (?P<quoted>"[^"\r\n]+")
| (?P<typed>\bB(?:YTE)?\#\([ \t]*\d+(?:[ \t]*,[ \t]*\d+)+[ \t]*\))
| (?P<region>\bREGION\b(?![ \t]*(?::=|[.(:,;]))[^\r\n]*?(?=[ \t]*(?://|\(\*|/\*|\r|\n|\Z))
      |\bEND_REGION\b[^\r\n]*?(?=[ \t]*(?:;|//|\(\*|/\*|\r|\n|\Z)))
| (?<![^\s])(?P<head>(?:TITLE[ \t]*=(?!=)[^\r\n]*|VERSION[ \t]*:[ \t]*(?:'[ \d.]*'|"[ \d.]*"|[\d.]+)(?![\w#])
      |(?:AUTHOR|FAMILY|NAME)[ \t]*:(?![ \t]*=)[^\r\n;:=]*(?=\r|\n|\Z)))
)""",
    re.VERBOSE | re.IGNORECASE,
)
#: Words that B&R and others do not reserve, and what makes them a name: a sign behind it, where no name can stand.
_SOFT = frozenset({"TYPE", "CONFIGURATION", "PROGRAM", "FUNCTION"})
_NAMES = re.compile(r"[ \t]*[.\[:;)\],+*<>=-]")
_BLOCK = {
    "(*": re.compile(r"\(\*|\*\)"),
    "/*": re.compile(r"/\*|\*/"),
    "(/*": re.compile(r"\(/\*|\*/\)"),
}
#: A text over several lines, which CODESYS and TwinCAT take, and what shows that its quote is only missing.
_LINES = re.compile(r"""(['"])(?:(?!\1)[^$]|\$[\s\S]){1,2000}?\1(?=[ \t]*(?:[;,)\]+=<>]|\r?\n|\Z))""")
_STATEMENTS = re.compile(r":=|;[ \t]*\r?\n|\b(?:END_\w+|THEN|VAR)\b", re.IGNORECASE)
_DESCRIBES, _DESCRIBED = "(*@KEY@:DESCRIPTION*)", "(*@KEY@:END_DESCRIPTION*)"
#: A statement of C in a pragma, its texts left out: a semicolon, and no assignment of ours.
_TEXTS = re.compile(r"'[^']*'|\"[^\"]*\"")
_C = re.compile(r"\{(?![^;]*:=)[^;]*;[\s\S]*\}")
_CLOSES = {"(*": "*)", "/*": "*/", "(/*": "*/)"}
_FULL_WIDTH = {
    "；": ";", "：": ":", "，": ",", "（": "(", "）": ")", "＝": "=", "＋": "+", "－": "-", "＊": "*", "／": "/",
    "＜": "<", "＞": ">", "［": "[", "］": "]", "＆": "&", "．": ".", "。": ".",
}  # fmt: skip
MAX_ERRORS = 100


@dataclass(slots=True)
class Tokens:
    """The tokens of one source, ended by one of kind ``end``; the trivia between them; and what was wrong.

    Kinds: ``word`` (reserved), ``name``, ``op``, ``int``, ``real``, ``time``, ``date``, ``pointer``, ``typed``,
    ``string``, ``wide``, ``quoted``, ``local``, ``direct``, ``region``, ``end``.
    """

    kinds: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    trivia: list[Trivia] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def add(self, kind: str, key: str, start: int, end: int) -> None:
        """One token more."""
        self.kinds.append(kind)
        self.keys.append(key)
        self.starts.append(start)
        self.ends.append(end)

    def between(self, start: int, end: int) -> tuple[Trivia, ...]:
        """The trivia that begin in ``[start, end)``."""
        starts = [one.span.start for one in self.trivia] if not self._places else self._places
        self._places = starts
        return tuple(self.trivia[bisect_left(starts, start) : bisect_left(starts, end)])

    _places: list[int] = field(default_factory=list)


class _Lexer:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.tokens = Tokens()
        self.words: dict[str, tuple[str, str]] = {}
        self.nested = True
        self.skip = inactive_parts(self.text)

    def span(self, start: int, end: int) -> Span:
        return Span(self.source.name, start, end)

    def wrong(self, code: str, key: str, start: int, end: int, severity: Severity = "error", **values: object) -> None:
        if len(self.tokens.diagnostics) < MAX_ERRORS:
            span = self.span(start, end)
            self.tokens.diagnostics.append(Diagnostic(code, severity, span, f"plc_front.{key}", values))

    def trivia(self, pragma: bool, start: int, end: int) -> None:
        kind = "pragma" if pragma else "comment"
        self.tokens.trivia.append(Trivia(kind, self.text[start:end], self.span(start, end)))  # type: ignore[arg-type]

    def run(self) -> Tokens:
        text, tokens, words = self.text, self.tokens, self.words
        match, scl = _TOKEN.match, _SCL.match if self.source.dialect == "scl" else None
        kinds, keys, starts, ends = tokens.kinds, tokens.keys, tokens.starts, tokens.ends
        place, skip = 0, self.skip
        while True:
            if scl is not None and (found := scl(text, place)):
                place = self.scl(found)
                continue
            found = match(text, place)
            assert found is not None and found.lastgroup is not None
            kind = found.lastgroup
            start, place = found.span(kind)
            if skip and start >= skip[0][0]:
                place = max(start, skip[0][1])
                self.trivia(True, skip[0][0], skip[0][1])
                del skip[0]
                continue
            if kind == "word":
                spelt = found[kind]
                known = words.get(spelt)
                if known is None:
                    upper = spelt.upper()
                    known = words[spelt] = ("word" if upper in RESERVED else "name", upper)
                if known[1] in _SOFT and _NAMES.match(text, place):
                    known = ("name", "")
                kinds.append(known[0])
                keys.append(known[1])
            elif kind == "op":
                operator = found[kind]
                if operator in ("(*", "//", "/*", "(/*"):
                    place = self.comment(operator, start)
                    continue
                kinds.append(kind)
                keys.append(operator)
            elif kind == "end":
                tokens.add("end", "", len(text), len(text))
                return tokens
            else:
                place = self.other(kind, start, place)
                continue
            starts.append(start)
            ends.append(place)

    def other(self, kind: str, start: int, place: int) -> int:
        """What is neither a word nor an operator; gives where the next token may begin."""
        if kind == "foreign" or (kind == "pragma" and self.foreign(self.text[start:place])):
            self.wrong("ST4012", "foreign_code", start, place)
        if kind in ("pragma", "foreign"):
            self.trivia(True, start, place)
            return place
        if kind == "typed":
            prefix = self.text[start:place].partition("#")[0]
            if prefix.upper() in RESERVED:
                self.tokens.add("word", prefix.upper(), start, start + len(prefix))
                return start + len(prefix)
        if kind == "bad":
            return self.bad(start)
        if kind == "ticked":
            kind = "name"
        self.tokens.add("local" if kind == "localquoted" else kind, "", start, place)
        return place

    def foreign(self, pragma: str) -> bool:
        """Whether a pragma is C, as MatIEC has it: statements between braces, which may change the variables."""
        return self.source.dialect != "scl" and ";" in pragma and _C.fullmatch(_TEXTS.sub("", pragma)) is not None

    def scl(self, found: re.Match[str]) -> int:
        kind = found.lastgroup or ""
        start, end = found.span(kind)
        if kind == "head":
            self.trivia(True, start, end)
        elif kind == "region":
            closing = self.text[start : start + 4].upper() == "END_"
            self.tokens.add("region", "END_REGION" if closing else "REGION", start, end)
        else:
            self.tokens.add(kind, "", start, end)
        return end

    def comment(self, opens: str, start: int) -> int:
        if opens == "//":
            end = self.text.find("\n", start)
            end = len(self.text) if end < 0 else end
            end -= self.text[end - 1] == "\r"
        else:
            end = self.block(opens, start)
        self.trivia(False, start, end)
        return end

    def block(self, opens: str, start: int) -> int:
        """Where a block comment ends. What an export of PC Worx describes stands between two comments and is one."""
        if opens == "(*" and self.text.startswith(_DESCRIBES, start):
            end = self.text.find(_DESCRIBED, start)
            if end >= 0:
                return end + len(_DESCRIBED)
        if opens == "(*" and self.text.startswith("DBG:", start + 2):  # OpenPLC: a line of C is one comment
            line = self.text.find("\n", start)
            end = self.text.rfind("*)", start + 6, line if line >= 0 else len(self.text))
            if end >= 0:
                return end + 2
        if self.nested:
            depth = 0
            for found in _BLOCK[opens].finditer(self.text, start):
                depth += 1 if found[0] == opens else -1
                if depth == 0:
                    return found.end()
            self.nested = False
        end = self.text.find(_CLOSES[opens], start + len(opens))
        if end >= 0:
            return end + len(_CLOSES[opens])
        self.wrong("ST1001", "comment_open", start, start + len(opens), close=_CLOSES[opens])
        return len(self.text)

    def bad(self, start: int) -> int:
        """A character that begins nothing; gives where to go on."""
        one = self.text[start]
        line = re.compile(r"[^\r\n;]*").match(self.text, start)
        rest = line.end() if line else start + 1
        if one in _FULL_WIDTH:
            plain = _FULL_WIDTH[one]
            end = start + 1
            if plain == ":" and self.text[end : end + 1] in ("=", "＝"):
                plain, end = ":=", end + 1
            self.wrong("ST1006", "full_width", start, end, found=self.text[start:end], plain=plain)
            self.tokens.add("op", plain, start, end)
            return end
        if one in "'\"":
            lines = _LINES.match(self.text, start) if self.source.dialect in ("codesys", "twincat") else None
            if lines and not _STATEMENTS.search(lines[0]):
                self.wrong("ST1002", "string_lines", start, lines.end(), severity="warning")
                self.tokens.add("string" if one == "'" else "wide", "", start, lines.end())
                return lines.end()
            self.wrong("ST1002", "string_open", start, rest)
            self.tokens.add("string" if one == "'" else "wide", "", start, rest)
            return max(rest, start + 1)
        if one == "{":
            self.wrong("ST1005", "pragma_open", start, start + 1)
            self.trivia(True, start, rest)
            return rest
        number = re.compile(r"\w[\w#.]*").match(self.text, start)
        if number:
            self.wrong("ST1004", "literal", start, number.end(), found=number[0][:40])
            self.tokens.add("int", "", start, number.end())
            return number.end()
        end = start + 1
        while self.text[end : end + 1] == one:
            end += 1
        self.wrong("ST1003", "character", start, end, found=one if one.isprintable() else f"U+{ord(one):04X}")
        return end


def tokenize(source: Source) -> Tokens:
    """All tokens of the source. Never raises; what cannot be read is a diagnostic and is stepped over."""
    return _Lexer(source).run()
