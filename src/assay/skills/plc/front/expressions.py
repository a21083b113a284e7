"""Expressions: IEC 61131-3:2013 table 71, with the additions of the dialects."""

from __future__ import annotations

from typing import cast

from assay.skills.plc.front import literals, tree
from assay.skills.plc.front.cursor import MAX_HEIGHT, Bail, Cursor
from assay.skills.plc.front.source import Span
from assay.skills.plc.front.tree import Argument, Expr, Literal_, Name, UnaryOp
from assay.skills.plc.front.words import BINARY, CLOSERS, OPENERS, UNARY_LEVEL

_SIGILS = {"name": "", "quoted": '"', "local": "#"}
_PARTS = frozenset("XBWDL")


class Expressions(Cursor):
    """Reads expressions; each method stands on the first token of what it reads and leaves after its last."""

    def expression(self, least: int = 1) -> Expr:
        """An expression whose operators bind at least so strongly. Raises Bail."""
        try:
            self.deeper()
            left = self.unary()
            height = self.height
            while True:
                known = BINARY.get("/" if self.divides() else self.key)
                if known is None or known[0] < least:
                    self.height = height
                    return left
                self.advance()
                right = self.unary() if known[0] == 8 else self.expression(known[0] + 1)
                height = self.grown(max(height, self.height))
                left = tree.Binary(known[1], left, right, left.span.to(right.span))
        finally:
            self.depth -= 1

    def divides(self) -> bool:
        """Whether classic SCL's ``DIV`` stands between two integers."""
        return self.key == "DIV" and self.kind == "name" and self.source.dialect == "scl" and self.peek() != ":="

    def grown(self, height: int) -> int:
        """One more than the height of what is inside. Raises Bail when the tree becomes too high."""
        if height >= MAX_HEIGHT:
            raise self.fail("ST1016", "too_long", most=MAX_HEIGHT)
        return height + 1

    def unary(self) -> Expr:
        """An operand with its signs and NOT, which bind stronger than any other operator."""
        key = self.key
        if key not in ("-", "+", "NOT"):
            return self.postfix()
        if key == "NOT" and self.peek() in (":=", "=>"):
            return self.postfix()
        start = self.start
        self.advance()
        if key == "-" and self.kind in ("int", "real") and self.start == self.last_end:
            operand = self.postfix()
        else:
            operand = self.expression(UNARY_LEVEL)
        return tree.Unary(cast("UnaryOp", key), operand, Span(self.source.name, start, operand.span.end))

    def postfix(self) -> Expr:
        """An operand with ``.member``, ``[index]``, ``^`` and ``(arguments)``."""
        self.height = 1
        base = self.primary()
        height = self.height
        while True:
            key = self.key
            if key == ".":
                base = self.member(base)
            elif key == "[" and self.peek() != ":=":
                self.advance()
                indices = self.list_of()
                self.expect("]")
                base = tree.Index(base, indices, self.since(base.span.start))
            elif key == "(" and not isinstance(base, (Literal_, tree.Paren)):
                arguments = self.arguments()
                base = tree.Call(base, arguments, self.since(base.span.start))
            elif key == "^":
                self.advance()
                base = tree.Deref(base, self.since(base.span.start))
            elif key == ":" and self.at_periphery(base):
                self.advance()
                self.advance()
            else:
                return base
            self.height = height = self.grown(max(height, self.height))

    def at_periphery(self, base: Expr) -> bool:
        """Whether SCL's ``:P`` stands right behind a tag: its value at the module itself rather than in the image."""
        if self.source.dialect != "scl" or self.peek() != "P" or not isinstance(base, (tree.NameExpr, tree.Member)):
            return False
        return self.start == self.last_end and self.starts[self.at + 1] == self.ends[self.at]

    def list_of(self) -> tuple[Expr, ...]:
        """Expressions with commas between them; the height is that of the highest."""
        found, height = [self.expression()], self.height
        while self.accept(","):
            found.append(self.expression())
            height = max(height, self.height)
        self.height = height
        return tuple(found)

    def member(self, base: Expr) -> Expr:
        """``.name``, ``.3``, ``.%X3``; ``.%DBW4`` in a data block by its address (SIMATIC)."""
        self.advance()
        start = base.span.start
        if self.kind == "int":
            index = self.spelt()
            self.advance()
            return self.part(base, "X", index, start)
        if self.kind == "direct":
            text = self.spelt()[1:].upper()
            if text[:1] in _PARTS and text[1:].isdigit():
                self.advance()
                return self.part(base, text[0], text[1:], start)
            if self.source.dialect == "scl" and text[:2] == "DB" and text[2:3] in _PARTS and text[3:4].isdigit():
                place = tree.Name(self.spelt(), self.here())
                self.advance()
                return tree.Member(base, place, self.since(start))
        if self.kind == "real":  # x.1.2: the lexer took 1.2 as a number
            first, _, second = self.spelt().partition(".")
            self.advance()
            return self.part(self.part(base, "X", first, start), "X", second, start)
        if self.key == "" and self.kind == "typed":
            raise self.fail("ST1018", "name")
        name = self.any_name()
        return tree.Member(base, name, Span(self.source.name, start, name.span.end))

    def part(self, base: Expr, size: str, index: str, start: int) -> Expr:
        """A part of a bit string or integer."""
        digits = index.replace("_", "")
        number = int(digits) if digits.isdigit() and len(digits) < 6 else 99_999
        return tree.PartAccess(base, size, number, self.since(start))  # type: ignore[arg-type]

    def primary(self) -> Expr:
        """A literal, a name, parentheses, an initial value in brackets."""
        kind = self.kind
        if kind in _SIGILS:
            return self.named()
        if kind == "op":
            return self.bracketed()
        if kind == "word":
            return self.worded()
        if kind == "direct":
            span, text = self.here(), self.spelt().upper()
            self.advance()
            return tree.DirectVar(text, span)
        if kind in ("end", "region"):
            raise self.fail("ST1011", "expression")
        return self.literal()

    def named(self) -> Expr:
        """A name; THIS, SUPER and NULL mean something of their own."""
        span, kind, key = self.here(), self.kind, self.key
        if key in ("POINTER", "REFERENCE") and self.peek() == "TO":
            return self.pointer_type()
        name = self.take_name()
        if key == "THIS":
            return tree.This(span)
        if key == "SUPER":
            return tree.Super(span)
        if key == "NULL" and self.key not in (":=", "=>", "("):
            return Literal_("null", None, None, name.text, span)
        return tree.NameExpr(name, span, _SIGILS[kind])  # type: ignore[arg-type]

    def pointer_type(self) -> Expr:
        """``POINTER TO t`` where a value stands, as in ``__NEW(POINTER TO t, 5)``: one name as it is spelled."""
        start = self.start
        while self.key in ("POINTER", "REFERENCE") and self.peek() == "TO":
            self.advance()
            self.advance()
        self.any_name()
        while self.accept("."):
            self.any_name()
        span = self.since(start)
        return tree.NameExpr(Name(" ".join(self.text[start : span.end].split()), span), span)

    def worded(self) -> Expr:
        """TRUE and FALSE; the operators written as functions: ``AND(a, b)``."""
        key, span, text = self.key, self.here(), self.spelt()
        if key in ("TRUE", "FALSE"):
            self.advance()
            return Literal_("bool", key == "TRUE", None, text, span)
        if key in ("AND", "OR", "XOR", "MOD") and self.peek() == "(":
            return tree.NameExpr(self.take_name(), span)
        raise self.fail("ST1011", "expression")

    def bracketed(self) -> Expr:
        """``( .. )`` or ``[ .. ]``."""
        start, key = self.start, self.key
        if key == "[":
            return self.array_init()
        if key != "(":
            raise self.fail("ST1011", "expression")
        fields = self.peek(2) == ":=" and self.peek_kind() in ("name", "quoted", "local", "word")
        if fields or self.peek() == ")":  # () is a value of its own where a block is declared
            return self.struct_init()
        self.advance()
        inner = self.expression()
        if self.key == ",":  # an array's values, as some compilers write them
            items: list[tuple[Expr | None, Expr]] = [(None, inner)]
            while self.accept(","):
                items.extend(self.init_items())
            self.expect(")")
            return tree.ArrayInit(tuple(items), self.since(start))
        if self.key == ":=" and isinstance(inner, (tree.NameExpr, tree.Member)):
            raise self.fail("ST1021", "assign_inside")
        self.expect(")")
        return tree.Paren(inner, self.since(start))

    def array_init(self) -> Expr:
        """``[1, 2(0), 3]``."""
        start = self.start
        self.expect("[")
        items: list[tuple[Expr | None, Expr]] = []
        while self.key != "]":
            items.extend(self.init_items())
            if not self.accept(","):
                break
        self.expect("]")
        return tree.ArrayInit(tuple(items), self.since(start))

    def init_items(self) -> list[tuple[Expr | None, Expr]]:
        """One item of an array's initial value; ``2(1, 5)`` gives ``2([1, 5])``. With a named count, ``N(0)``, it is
        read as a call: only the checker knows what ``N`` is."""
        item = self.expression()
        if self.key != "(" or not isinstance(item, Literal_):
            return [(None, item)]
        start = self.start
        self.advance()
        values: list[Expr] = []
        while self.key != ")":
            values.extend(value for _, value in self.init_items())
            if not self.accept(","):
                break
        self.expect(")")
        if not values:
            return [(item, tree.Broken(self.since(start)))]
        if len(values) == 1:
            return [(item, values[0])]
        return [(item, tree.ArrayInit(tuple((None, one) for one in values), self.since(start)))]

    def struct_init(self) -> Expr:
        """``(a := 1, b := (c := 2))``."""
        start = self.start
        self.expect("(")
        fields: list[tuple[Name, Expr]] = []
        while self.key != ")":
            name = self.any_name()
            self.expect(":=")
            fields.append((name, self.expression()))
            if not self.accept(","):
                break
        self.expect(")")
        return tree.StructInit(tuple(fields), self.since(start))

    def arguments(self) -> tuple[Argument, ...]:
        """``(a := 1, b => x, 3)`` of a call."""
        self.expect("(")
        found: list[Argument] = []
        height = 1
        while self.key != ")":
            found.append(self.argument())
            height = max(height, self.height)
            if not self.accept(","):
                break
        self.expect(")")
        self.height = height
        return tuple(found)

    def argument(self) -> Argument:
        """One argument of a call."""
        start = self.start
        negated = self.key == "NOT" and self.peek(2) == "=>"
        if negated:
            self.advance()
        mode = self.peek()
        if mode in (":=", "=>") and self.kind in ("name", "quoted", "local", "word"):
            name = self.take_name()
            self.advance()
            value = None if self.key in (",", ")") else self.expression()
            return Argument(name, mode, value, self.since(start), negated)  # type: ignore[arg-type]
        return Argument(None, ":=", self.expression(), self.since(start))

    # --- literals

    def literal(self) -> Expr:
        """A literal that is one token."""
        kind, text, span = self.kind, self.spelt(), self.here()
        self.advance()
        try:
            return self.value(kind, text, span)
        except (ValueError, OverflowError):
            self.report("ST1004", "literal", span, found=text[:40])
            return tree.Broken(span)

    def value(self, kind: str, text: str, span: Span) -> Expr:
        """Its value. Raises ValueError."""
        if kind == "int":
            return Literal_("int", literals.integer(text), None, text, span)
        if kind == "real":
            return Literal_("real", literals.real(text), None, text, span)
        if kind in ("string", "wide"):
            return self.string(kind == "wide", text, span)
        prefix, _, rest = text.partition("#")
        if kind == "time":
            name = "LTIME" if prefix.upper() in ("LT", "LTIME") else "TIME"
            name = "S5TIME" if prefix.upper().startswith("S5") else name
            return Literal_("time", literals.duration(rest), name, text, span)
        if kind == "date":
            return Literal_(*literals.moment(prefix.upper(), rest), raw=text, span=span)
        if kind == "pointer":
            return Literal_("null", None, "P#", text, span)
        read = literals.typed(text)
        if read is not None:
            return Literal_(*read, raw=text, span=span)
        middle = span.start + len(prefix)
        kind_name = Name(prefix, Span(span.source, span.start, middle))
        value_name = Name(rest, Span(span.source, middle + 1, span.end))
        return tree.Member(tree.NameExpr(kind_name, kind_name.span), value_name, span)

    def string(self, wide: bool, text: str, span: Span) -> Expr:
        """A string, also with a prefix: ``STRING#'a'``, ``CHAR#'a'``."""
        quote = '"' if wide else "'"
        prefix, _, rest = text.partition(quote)
        inner = rest[:-1] if rest.endswith(quote) else rest
        name = prefix[:-1].upper() or None
        kind: tree.LiteralKind = "wstring" if wide or name in ("WSTRING", "WCHAR") else "string"
        return Literal_(kind, literals.unescape(inner, kind == "wstring"), name, text, span)

    def guarded(self, *stops: str) -> Expr:
        """An expression; what is wrong in it is stepped over up to one of the keys, a semicolon or a structure."""
        start, began = self.start, self.at
        try:
            return self.expression()
        except Bail:
            if self.at == began and self.key in stops:
                return tree.Broken(self.here())
            while self.key not in stops and self.key != ";" and self.kind != "end" and not self.is_structure():
                self.advance()
            return tree.Broken(self.since(start))

    def is_structure(self) -> bool:
        """Whether a structure begins or ends at the token."""
        return self.key in CLOSERS or self.key in OPENERS
