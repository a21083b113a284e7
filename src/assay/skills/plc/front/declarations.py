"""Types and variables as they are declared."""

from __future__ import annotations

from typing import cast

from assay.skills.plc.front import tree
from assay.skills.plc.front.cursor import Bail
from assay.skills.plc.front.statements import Statements
from assay.skills.plc.front.tree import Expr, Name, NamedType, Qualifier, TypeSpec, VarDecl
from assay.skills.plc.front.words import BINARY, CLOSERS, OPENERS, QUALIFIERS, SECTIONS, UNIT_WORDS

_STRINGS = {"STRING": False, "WSTRING": True}
#: Words between a section's word and its variables that say nothing about the variables here.
_SKIPPED = frozenset({"DB_SPECIFIC", "READ_ONLY", "READ_WRITE"})
#: An expression between ``<`` and ``>`` has no comparison of its own.
_ABOVE_COMPARISON = BINARY["+"][0]
_DECLARATION_STOPS = (CLOSERS | OPENERS | UNIT_WORDS | frozenset(SECTIONS)) - {"THEN", "DO", "OF", "ELSE"}


class Declarations(Statements):
    """Reads types, declarations of variables and whole sections of them."""

    #: Whether the type that stands here gets a name: ``Base (A, B)`` lists values then, not an instance's arguments.
    declares_type = False

    # --- types

    def type_spec(self) -> TypeSpec:
        """A type as it stands behind a colon. Raises Bail."""
        try:
            self.deeper()
            return self._type_spec()
        finally:
            self.depth -= 1

    def _type_spec(self) -> TypeSpec:
        start, key = self.start, self.key
        if key == "ARRAY":
            return self.array()
        if key == "__VECTOR" and self.peek() == "[":
            return self.vector()
        if key == "STRUCT":
            return self.struct("END_STRUCT")
        if key == "UNION":
            return self.struct("END_UNION")
        if key == "(":
            return self.enum(start, None)
        if key in ("POINTER", "REFERENCE") and self.peek() == "TO":
            self.advance()
            self.advance()
            kind = "POINTER TO" if key == "POINTER" else "REFERENCE TO"
            return tree.PointerType(kind, self.type_spec(), self.since(start))  # type: ignore[arg-type]
        if key == "REF_TO":
            self.advance()
            return tree.PointerType("REF_TO", self.type_spec(), self.since(start))
        if key in _STRINGS:
            return self.string_type(_STRINGS[key])
        if not self.is_name():
            raise self.fail("ST1025", "type")
        return self.named_type()

    def named_type(self) -> TypeSpec:
        """A name, and behind it limits, an enumeration's values or arguments for the instance."""
        start, declares = self.start, self.declares_type
        self.declares_type = False
        named = self.dotted_type()
        if self.key == "<" and self.source.dialect in ("codesys", "twincat"):
            self.advance()
            generics = [self.expression(_ABOVE_COMPARISON)]
            while self.accept(","):
                generics.append(self.expression(_ABOVE_COMPARISON))
            self.expect(">")
            arguments = self.arguments() if self.key == "(" else ()
            return NamedType(named.parts, self.since(start), arguments, tuple(generics))
        if self.key == "[":
            value = self.array_init()
            argument = tree.Argument(None, ":=", value, value.span)
            return NamedType(named.parts, self.since(start), (argument,))
        if self.key != "(":
            return named
        if self.limits_follow():
            self.advance()
            low = self.expression()
            self.expect("..")
            high = self.expression()
            self.expect(")")
            return tree.SubrangeType(named, low, high, self.since(start))
        if self.peek_kind() == "name" and self.peek(2) in (",", ")", ":=") and self.names_follow():
            return self.enum(start, named)
        if declares and self.peek_kind() == "name" and self.peek(2) in (",", ")"):
            return self.enum(start, named)
        return NamedType(named.parts, self.since(start), self.arguments())

    def limits_follow(self) -> bool:
        """Whether the parentheses hold ``low..high``."""
        place, depth = self.at + 1, 0
        while True:
            key = self.keys[place]
            depth += (key == "(") - (key == ")")
            if key == ".." and depth == 0:
                return True
            if depth < 0 or key in (";", ",", ":=") or self.kinds[place] == "end":
                return False
            place += 1

    def names_follow(self) -> bool:
        """Whether ``INT (a := 1, ..)`` is an enumeration: its base is elementary."""
        return self.keys[self.at - 1] in ("SINT INT DINT LINT USINT UINT UDINT ULINT BYTE WORD DWORD LWORD".split())

    def dotted_type(self) -> NamedType:
        """``Lib.FB_Motor``."""
        start = self.start
        parts = [self.name()]
        while self.key == ".":
            self.advance()
            parts.append(self.any_name())
        return NamedType(tuple(parts), self.since(start))

    def string_type(self, wide: bool) -> TypeSpec:
        """``STRING``, ``STRING[80]``, ``STRING(80)``."""
        start = self.start
        self.advance()
        length: Expr | None = None
        closing = {"[": "]", "(": ")"}.get(self.key)
        if closing:
            self.advance()
            length = self.expression()
            self.expect(closing)
        return tree.StringType(wide, length, self.since(start))

    def array(self) -> TypeSpec:
        """``ARRAY [1..3, *] OF t``."""
        start = self.start
        self.advance()
        self.expect("[")
        bounds: list[tuple[Expr, Expr] | None] = []
        while True:
            if self.accept("*"):
                bounds.append(None)
            else:
                low = self.expression()
                if self.accept("..") or self.accept("..."):
                    bounds.append((low, self.expression()))
                else:
                    raise self.fail("ST1010", "expected", wanted="..")
            if not self.accept(","):
                break
        self.expect("]")
        self.expect("OF")
        element = self.type_spec()
        return tree.ArrayType(tuple(bounds), element, self.since(start))

    def vector(self) -> TypeSpec:
        """CODESYS's ``__VECTOR[4] OF REAL``: an array from 0 on."""
        start = self.start
        self.advance()
        self.advance()
        size = self.expression()
        self.expect("]")
        self.expect("OF")
        low, one = (tree.Literal_("int", value, None, str(value), size.span) for value in (0, 1))
        bounds: tuple[Expr, Expr] = (low, tree.Binary("-", size, one, size.span))
        return tree.ArrayType((bounds,), self.type_spec(), self.since(start))

    def struct(self, end: str, extends: NamedType | None = None) -> TypeSpec:
        """``STRUCT .. END_STRUCT`` or ``UNION .. END_UNION``."""
        start, one = self.start, self.opened(self.key, end)
        self.advance()
        self.accept(":")
        if self.key == "OVERLAP" and self.peek() not in (":", ","):
            self.advance()
        if self.key == "EXTENDS":
            self.advance()
            extends = self.dotted_type()
        fields = self.declarations(end)
        self.closed(one, end, semicolon=False)
        return tree.StructType(fields, self.since(start), end == "END_UNION", extends)

    def enum(self, start: int, base: NamedType | None) -> TypeSpec:
        """``(A, B := 5) INT``."""
        self.expect("(")
        members: list[tuple[Name, Expr | None]] = []
        while self.key != ")":
            if self.kind == "typed":  # Color#Red: the old spelling of a member
                raise self.fail("ST1018", "name")
            name = self.name()
            value = self.expression() if self.accept(":=") else None
            members.append((name, value))
            if not self.accept(","):
                break
        self.expect(")")
        if base is None and self.kind == "name" and self.key not in ("AT",):
            base = self.dotted_type()
        return tree.EnumType(tuple(members), base, self.since(start))

    # --- variables

    def sections(self) -> tuple[tree.VarBlock, ...]:
        """All sections that follow."""
        out: list[tree.VarBlock] = []
        while True:
            if self.key in SECTIONS or (self.key == "CONST" and self.peek() != ":="):
                out.append(self.section())
            elif self.key == "LABEL" and self.peek_kind() == "name":
                while self.key != "END_LABEL" and self.kind != "end":
                    self.advance()
                self.accept("END_LABEL")
                self.accept(";")
            elif self.key == ";" and out:
                self.advance()
            else:
                return tuple(out)

    def section(self) -> tree.VarBlock:
        """``VAR_INPUT CONSTANT .. END_VAR``."""
        start, word = self.start, self.key
        end = "END_CONST" if word == "CONST" else "END_VAR"
        one = self.opened(word, end)
        self.advance()
        qualifiers: set[Qualifier] = {"CONSTANT"} if word == "CONST" else set()
        while self.peek() not in (":", ",", ":=") and self.peek() != "AT":
            if self.key in QUALIFIERS:
                qualifiers.add(cast("Qualifier", self.key))
            elif self.key not in _SKIPPED:
                break
            self.advance()
        found = self.declarations(end)
        self.closed(one, end)
        return tree.VarBlock(SECTIONS.get(word, "VAR"), frozenset(qualifiers), found, self.since(start))

    def declarations(self, end: str) -> tuple[VarDecl, ...]:
        """Declarations up to the word that ends them."""
        out: list[VarDecl] = []
        while self.key != end and self.kind != "end":
            if self.key == ";":
                self.advance()
                continue
            if self.kind == "name" and self.corrected():
                continue
            if self.body_begins(end):
                break
            if self.key in _DECLARATION_STOPS and self.peek() not in (":", ","):
                if not (self.key in SECTIONS or self.key in UNIT_WORDS or self.ends_outside(self.key)):
                    if self.key in OPENERS:
                        break
                    self.stray()
                    continue
                break
            before, began, opened = self.last_end, self.at, len(self.open)
            try:
                out.append(self.declaration(before))
            except Bail:
                del self.open[opened:]
                self.resume_declaration(began)
        return tuple(out)

    def body_begins(self, end: str) -> bool:
        """Whether statements stand where declarations were: the section's end is missing. Only SCL's CONST has
        declarations without a type."""
        after = self.peek()
        if self.key == "BEGIN" and self.kind == "name":
            return after not in (":", ",", "AT")
        return after == ":=" and end != "END_CONST" and self.is_name()

    def resume_declaration(self, began: int) -> None:
        """To behind the next semicolon or to a word that ends declarations."""
        if self.at == began:
            self.advance()
        while self.kind != "end" and self.key not in _DECLARATION_STOPS:
            if self.accept(";"):
                return
            self.advance()

    def declaration(self, before: int) -> VarDecl:
        """``a, b AT %IX0.0 : INT := 5;``. Raises Bail."""
        start = self.start
        names = [self.declared_name()]
        location = self.location()
        while self.accept(","):
            names.append(self.declared_name())
            location = self.location() or location
        spec: TypeSpec | None = None
        initial: Expr | None = None
        edge, open_ = "", False
        if self.key == ":=":
            self.advance()
            initial = self.initial()
        else:
            if self.key != ":":
                raise self.fail("ST1010", "expected", wanted=":")
            self.advance()
            if self.key in ("R_EDGE", "F_EDGE"):
                edge = self.edge()
            open_ = self.key == "..."
            spec = NamedType((Name("ANY", self.here()),), self.here()) if open_ else self.type_spec()
            if self.accept("..."):
                open_ = True
            if self.key == ":":  # VAR_ACCESS name : path : type
                self.advance()
                location = tree.DirectVar(self.text[spec.span.start : spec.span.end], spec.span)
                spec = self.type_spec()
            if self.key in ("R_EDGE", "F_EDGE"):
                edge = self.edge()
            if location is None and self.source.dialect == "iec" and self.peek_kind() == "direct":
                location = self.location()  # the editor of OpenPLC writes it behind the type
            while self.key in _SKIPPED or self.key in ("RETAIN", "NON_RETAIN", "CONSTANT"):
                self.advance()
            if self.key in (":=", "REF=") or (self.key == "REF" and self.peek() == "="):
                if self.key == "REF":
                    self.advance()
                self.advance()
                initial = self.initial()
        end = self.last_end
        self.end_declaration(spec)
        notes = self.notes(before, start, end)
        whole = self.since(start)
        return VarDecl(tuple(names), spec, initial, location, whole, notes, edge, open_)  # type: ignore[arg-type]

    def end_declaration(self, spec: TypeSpec | None) -> None:
        """The semicolon, which may be missing behind END_STRUCT."""
        if self.key == ";":
            self.advance()
        elif not isinstance(spec, tree.StructType):
            if self.is_name() or self.key in _DECLARATION_STOPS or self.kind == "end":
                self.want(";")
            else:
                raise self.fail("ST1010", "expected", wanted=";")

    def declared_name(self) -> Name:
        """The name of a variable; of VAR_CONFIG and VAR_ACCESS a path, whose parts become one name. A located variable
        without a name has its address as its name."""
        if self.key == "AT" and self.peek_kind() == "direct":
            address = self.span(self.starts[self.at + 1], self.ends[self.at + 1])
            return Name(self.text[address.start : address.end].upper(), address)
        name = self.name()
        if self.key not in (".", "["):
            return name
        start = name.span.start
        while self.key in (".", "["):
            closing = self.key == "["
            self.advance()
            if closing:
                self.list_of()
                self.expect("]")
            elif self.kind == "direct":
                self.advance()
            else:
                self.any_name()
        span = self.since(start)
        return Name(self.text[start : span.end], span)

    def edge(self) -> str:
        key = self.key
        self.advance()
        return key

    def location(self) -> tree.DirectVar | None:
        """``AT %IX0.0``; in SCL ``AT other``."""
        if self.key != "AT":
            return None
        self.advance()
        span = self.here()
        if self.kind == "direct":
            text = self.spelt().upper()
            self.advance()
            return tree.DirectVar(text, span)
        name = self.name()
        while self.key == ".":
            self.advance()
            self.advance()
        span = self.since(span.start)
        return tree.DirectVar(name.text if span.end == name.span.end else self.text[span.start : span.end], span)

    def initial(self) -> Expr:
        """An initial value; the 2nd edition and CODESYS 2 write an array's values without brackets."""
        start = self.start
        items = self.init_items()
        if self.key != "," and items[0][0] is None and len(items) == 1:
            return items[0][1]
        while self.accept(","):
            items.extend(self.init_items())
        return tree.ArrayInit(tuple(items), self.since(start))

    # --- what stands beside

    def notes(self, before: int, start: int, end: int) -> tuple[tree.Trivia, ...]:
        """The comments and pragmas that belong to what stands in ``[start, end)``: before it, after the line of what
        came before (which ended at ``before``), inside it, and behind it on its own last line."""
        after = self.starts[self.at]
        line_end = self.text.find("\n", self.last_end)
        line_end = len(self.text) if line_end < 0 else line_end
        found = self.tokens.between(before, min(after, line_end))
        if not found:
            return ()
        first_line = self.text.find("\n", before, start)
        if before == 0 or first_line < 0:
            first_line = before if before == 0 or self.keys[self.at_start(before)] != ";" else start
        return tuple(one for one in found if one.span.start >= first_line)

    def at_start(self, end: int) -> int:
        """The number of the token that ends at that code point."""
        from bisect import bisect_left

        return min(bisect_left(self.ends, end), len(self.ends) - 1)
