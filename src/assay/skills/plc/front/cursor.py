"""Where the parser stands in the tokens, and what it has found wrong so far."""

from __future__ import annotations

from assay.skills.plc.front.diagnostic import Diagnostic, Severity
from assay.skills.plc.front.lexer import MAX_ERRORS, Tokens
from assay.skills.plc.front.source import Source, Span
from assay.skills.plc.front.tree import Name
from assay.skills.plc.front.words import CLOSERS, MISSPELT, OPENERS, SECTIONS, UNIT_WORDS

#: So deep may parentheses, calls and structures stand in each other, and so high may the tree of an expression be (a
#: chain of 200 additions is that high): whoever walks the tree by recursion needs some frames a level.
MAX_DEPTH = 100
MAX_HEIGHT = 200
_RESUME = CLOSERS | OPENERS | UNIT_WORDS | frozenset(SECTIONS)


class Bail(Exception):
    """A construct cannot be read further; its diagnostic has been written. Caught where reading can go on."""


class Open:
    """A construct that waits for its end: what ends it and where it began."""

    __slots__ = ("ends", "start", "suspect", "word")

    def __init__(self, word: str, ends: frozenset[str], start: int) -> None:
        self.word = word
        self.ends = ends
        self.start = start
        #: The first structure inside whose end stands on another line and deeper or less deep than its beginning, with
        #: the white space before that end: the likely culprit when an end is missing far away.
        self.suspect: tuple[str, int, str] | None = None


class Cursor:
    """The tokens of a source and the place in them. ``kind`` and ``key`` are those of the token it stands on."""

    def __init__(self, source: Source, tokens: Tokens) -> None:
        self.source = source
        self.text = source.text
        self.tokens = tokens
        self.kinds = tokens.kinds
        self.keys = tokens.keys
        self.starts = tokens.starts
        self.ends = tokens.ends
        self.at = 0
        self.kind = self.kinds[0]
        self.key = self.keys[0]
        self.depth = 0
        self.height = 1
        self.open: list[Open] = []
        self.diagnostics: list[Diagnostic] = []
        self._wrong_at = -1
        self._too_deep = False

    # --- moving

    def advance(self) -> None:
        """One token on; at the end it stays."""
        if self.kind != "end":
            self.at += 1
            self.kind = self.kinds[self.at]
            self.key = self.keys[self.at]

    def peek(self, ahead: int = 1) -> str:
        """The key of a later token."""
        place = self.at + ahead
        return self.keys[place] if place < len(self.keys) else ""

    def peek_kind(self, ahead: int = 1) -> str:
        """The kind of a later token."""
        place = self.at + ahead
        return self.kinds[place] if place < len(self.kinds) else "end"

    def accept(self, key: str) -> bool:
        """Steps over the token when it is this one."""
        if self.key == key:
            self.advance()
            return True
        return False

    def spelt(self) -> str:
        """The token as it stands in the text."""
        return self.text[self.starts[self.at] : self.ends[self.at]]

    # --- places

    @property
    def start(self) -> int:
        """Where the token begins."""
        return self.starts[self.at]

    @property
    def last_end(self) -> int:
        """Where the token before ends."""
        return self.ends[self.at - 1] if self.at else 0

    def here(self) -> Span:
        """The span of the token."""
        return Span(self.source.name, self.starts[self.at], self.ends[self.at])

    def since(self, start: int) -> Span:
        """From that code point to the end of the token before."""
        return Span(self.source.name, start, max(start, self.last_end))

    def span(self, start: int, end: int) -> Span:
        """A piece of this source."""
        return Span(self.source.name, start, end)

    # --- what is wrong

    def report(
        self,
        code: str,
        key: str,
        span: Span,
        related: tuple[Span, ...] = (),
        severity: Severity = "error",
        **values: object,
    ) -> None:
        """One finding; a second error at the same place is not written, nor more than a hundred in all."""
        if severity == "error":
            if self._wrong_at == span.start or len(self.diagnostics) >= MAX_ERRORS:
                return
            self._wrong_at = span.start
        self.diagnostics.append(Diagnostic(code, severity, span, f"plc_front.{key}", values, related))

    def forget(self, start: int, end: int) -> None:
        """Takes back what the lexer found wrong in a piece that is not read."""
        kept = [one for one in self.tokens.diagnostics if not start <= one.span.start < end]
        self.tokens.diagnostics[:] = kept

    def found(self) -> str:
        """The token as a diagnostic names it."""
        if self.kind == "end":
            return "EOF"
        text = self.spelt()
        return text if len(text) <= 40 else text[:37] + "..."

    def fail(self, code: str, key: str, **values: object) -> Bail:
        """Reports at the token and gives what to raise."""
        self.report(code, key, self.here(), (), "error", found=self.found(), **values)
        return Bail()

    def expect(self, key: str) -> None:
        """Steps over the token or raises Bail."""
        if self.key != key:
            raise self.fail("ST1010", "expected", wanted=key)
        self.advance()

    def want(self, key: str) -> bool:
        """Steps over the token; when it is missing that is reported and reading goes on as if it stood there."""
        if self.key == key:
            self.advance()
            return True
        if key == ";":
            self.report("ST1013", "semicolon", self.span(max(0, self.last_end - 1), self.last_end), found=self.found())
        else:
            self.report("ST1010", "expected", self.here(), wanted=key, found=self.found())
        return False

    def deeper(self) -> None:
        """One level down, to be taken back by the caller; raises Bail beyond the limit, which is reported once."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            if self._too_deep:
                raise Bail
            self._too_deep = True
            raise self.fail("ST1016", "too_deep", most=MAX_DEPTH)

    # --- names

    def is_name(self) -> bool:
        """Whether the token can name something."""
        return self.kind in ("name", "quoted", "local")

    def name(self) -> Name:
        """An identifier, without the quotes and the ``#`` of SCL. Raises Bail."""
        if not self.is_name():
            code, key = ("ST1017", "reserved") if self.kind == "word" else ("ST1018", "name")
            raise self.fail(code, key)
        return self.take_name()

    def any_name(self) -> Name:
        """A name where words of the language may stand too: after a dot, before ``:=`` in a call."""
        if self.kind != "word":
            return self.name()
        return self.take_name()

    def take_name(self) -> Name:
        """The token as a name, whatever it is."""
        text = self.spelt()
        span = self.here()
        if self.kind == "quoted":
            text = text[1:-1]
        elif self.kind == "local":
            text = text[1:].strip('"')
        elif text[0] == "`":
            text = text[1:-1]
        self.advance()
        return Name(text, span)

    # --- going on after an error

    def resume(self, since: int) -> None:
        """To after the next semicolon, or to a word that begins or ends something; at least one token on from
        ``since``."""
        if self.at == since:
            if self.key in _RESUME and self.key not in ("THEN", "DO", "OF") and self.key not in OPENERS:
                return
            self.advance()
        while self.kind != "end":
            if self.key == ";":
                self.advance()
                return
            if self.key in _RESUME and self.key not in ("THEN", "DO", "OF"):
                return
            self.advance()

    def corrected(self) -> bool:
        """Whether the token is a usual slip for a word of the language; then it is reported and read as that word."""
        word = MISSPELT.get(self.key) if self.kind == "name" else None
        if word is None or self.peek() in (":=", ":", ",", "(", ".", "["):
            return False
        self.report("ST1022", "misspelt", self.here(), found=self.found(), wanted=word)
        self.kind, self.key = "word", word
        return True
