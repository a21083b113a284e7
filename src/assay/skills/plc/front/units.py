"""Units of organisation, types, globals, data blocks, configurations and namespaces: a whole source."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import cast

from assay.skills.plc.front import tree
from assay.skills.plc.front.cursor import Bail, Open
from assay.skills.plc.front.members import Members
from assay.skills.plc.front.statements import MEMBERS
from assay.skills.plc.front.tree import Element, Name, NamedType, Pou, PouKind, TypeSpec, VarDecl
from assay.skills.plc.front.words import QUALIFIERS, SECTIONS, UNIT_ENDS, UNIT_WORDS

_POUS = frozenset({"PROGRAM", "FUNCTION_BLOCK", "FUNCTION", "CLASS", "INTERFACE", "ORGANIZATION_BLOCK"})
#: How the readers of XML tell the name of a list of globals, which its text does not hold.
_LIST_NAME = re.compile(r"'list_name'\s*:=\s*'(\w+)'")
_SOFT_UNITS = frozenset({"CLASS", "INTERFACE", "NAMESPACE"})
#: What stands between a unit's name and its variables: EXTENDS, IMPLEMENTS, the type of the result, USING.
_Head = tuple[tuple[NamedType, ...], tuple[NamedType, ...], TypeSpec | None, tuple[tuple[Name, ...], ...]]
_HEAD = frozenset({"KNOW_HOW_PROTECT", "TITLE", "NETWORK", "READ_ONLY", "UNLINKED", "NON_RETAIN", "STANDARD"})


class Units(Members):
    """Reads a whole source."""

    def unit(self) -> tree.Unit:
        """Everything up to the end; never raises Bail."""
        usings = self.usings()
        elements = self.elements("") if self.has_units() else self.bare_program()
        return tree.Unit(self.source.name, elements, tuple(self.tokens.trivia), usings)

    def has_units(self) -> bool:
        """Whether anything in the source begins an element; a piece of code alone does not."""
        words = UNIT_WORDS | _SOFT_UNITS | MEMBERS | {"VAR_GLOBAL"}
        return self.kind == "end" or not words.isdisjoint(self.keys)

    def bare_program(self) -> tuple[Element, ...]:
        """Statements, with or without variables before them, as a program of the file's name."""
        start, one = self.start, self.opened("PROGRAM", "END_PROGRAM")
        name = Name(self.stem(), self.span(start, start))
        parts = self.members("END_PROGRAM")
        self.open.remove(one)
        if self.kind != "end":
            self.stray()
        whole, blocks, actions = self.since(start), tuple(parts.blocks), tuple(parts.actions)
        if not parts.body and blocks and not actions:
            return (tree.GlobalVars(name, blocks, whole),)
        return (Pou("PROGRAM", name, blocks, parts.body, whole, parts.body_span, actions=actions, chart=parts.chart),)

    def stem(self) -> str:
        """The name of the file as an identifier."""
        stem = re.sub(r"\W+", "_", re.split(r"[/\\]", self.source.name)[-1].split(".")[0]) or "_"
        return f"_{stem}" if stem[0].isdigit() else stem

    def usings(self) -> tuple[tuple[Name, ...], ...]:
        """``USING a.b, c;``."""
        found: list[tuple[Name, ...]] = []
        try:
            while self.key == "USING" and self.peek_kind() == "name":
                self.advance()
                found.append(self.dotted_type().parts)
                while self.accept(","):
                    found.append(self.dotted_type().parts)
                self.accept(";")
        except Bail:
            self.accept(";")
        return tuple(found)

    def elements(self, end: str) -> tuple[Element, ...]:
        """Elements up to ``END_NAMESPACE`` or the end of the source."""
        out: list[Element] = []
        while self.kind != "end" and not (end and self.key == end):
            if self.key == ";":
                self.advance()
                continue
            began, opened = self.at, len(self.open)
            try:
                self.element(out)
            except Bail:
                del self.open[opened:]
                self.resume_element(began)
            if self.at == began:
                self.stray()
        return tuple(out)

    def element(self, out: list[Element]) -> None:
        """One element more. Raises Bail."""
        key, before = self.key, self.last_end
        if key == "TYPE":
            out.extend(self.types(before))
        elif key == "VAR_GLOBAL" or key in ("VAR_CONFIG", "VAR_ACCESS", "VAR_EXTERNAL"):
            out.append(self.globals(before))
        elif key == "DATA_BLOCK":
            out.append(self.data_block())
        elif key == "CONFIGURATION":
            out.append(self.configuration())
        elif key == "NAMESPACE":
            out.append(self.namespace())
        elif key in _POUS or (self.key in QUALIFIERS and self.pou_follows()):
            out.append(self.pou(before))
        elif self.member_begins():
            if not out or not isinstance(out[-1], Pou):
                out.append(self.nameless())
            out[-1] = self.more_members(cast("Pou", out[-1]))
        elif self.key == "USING":
            self.usings()
        elif self.kind == "name" and self.source.name.lower().endswith(".exp"):
            self.foreign()
        else:
            word = {"FUNCTIONBLOCK": "FUNCTION_BLOCK", "FUNCTION_BLOCKS": "FUNCTION_BLOCK"}.get(key)
            if word:
                raise self.fail("ST1022", "misspelt", wanted=word)
            raise self.fail("ST1020", "unit")

    def foreign(self) -> None:
        """A part of an export that is no program (tasks, hardware, libraries, pictures): stepped over up to its own end
        or the next unit, and named."""
        start, word = self.start, self.key.strip("_")
        self.report("ST4011", "foreign", self.here(), (), "warning", found=self.found())
        ends = {f"END_{word}", f"_END_{word}", f"{word.partition('_')[0]}_END"}
        known = not ends.isdisjoint(self.keys[self.at :])
        while self.kind != "end" and (known or (self.key not in UNIT_WORDS and self.key != "VAR_GLOBAL")):
            key = self.key
            self.advance()
            if key in ends:
                break
        self.forget(start, self.last_end)

    def pou_follows(self) -> bool:
        """Whether qualifiers and then a unit's word stand here."""
        place = self.at
        while self.keys[place] in QUALIFIERS:
            place += 1
        return self.keys[place] in _POUS

    def resume_element(self, began: int) -> None:
        """To the next word that begins an element."""
        if self.at == began:
            self.advance()
        while self.kind != "end":
            if self.key in UNIT_WORDS or self.key == "VAR_GLOBAL" or self.key == "END_NAMESPACE":
                return
            if self.key in _SOFT_UNITS and self.peek_kind() == "name" and self.peek() not in SECTIONS:
                return
            self.advance()

    # --- units of organisation

    def pou(self, before: int) -> Pou:
        """A program, function block, function, class, interface or organisation block."""
        start = self.start
        qualifiers = self.qualifiers()
        word = self.key
        end = UNIT_ENDS[word]
        one = self.opened(word, end)
        opened = len(self.open)
        self.advance()
        qualifiers |= self.qualifiers()
        notes = self.notes(before, start, start)
        try:
            name = self.name()
            generics = self.sections() if self.key == "VAR_GENERIC" else ()
            extends, implements, result, usings = self.pou_head()
        except Bail:
            if self.key in UNIT_WORDS or self.kind == "end":
                self.open.pop()
                raise
            name, extends, implements, result, usings, generics = Name("", self.here()), (), (), None, (), ()
            del self.open[opened:]
            while self.key not in SECTIONS and self.key not in UNIT_WORDS and self.key not in (end, "BEGIN"):
                if self.kind == "end":
                    break
                self.advance()
        parts = self.members(end)
        self.close_pou(one, end)
        return Pou(
            cast("PouKind", word),
            name,
            (*generics, *parts.blocks),
            parts.body,
            self.since(start),
            parts.body_span,
            result,
            extends,
            implements,
            qualifiers,
            tuple(parts.methods),
            tuple(parts.properties),
            tuple(parts.actions),
            parts.chart,
            notes,
            usings,
        )

    def pou_head(self) -> _Head:
        """EXTENDS, IMPLEMENTS, the type of the result, and what SCL writes before the variables."""
        extends: tuple[NamedType, ...] = ()
        implements: tuple[NamedType, ...] = ()
        result: TypeSpec | None = None
        usings: tuple[tuple[Name, ...], ...] = ()
        while True:
            if self.key == "EXTENDS":
                self.advance()
                extends = self.type_list()
            elif self.key == "IMPLEMENTS":
                self.advance()
                implements = self.type_list()
            elif self.key == "<":
                self.generic()
            elif self.key == ":" and result is None:
                self.advance()
                result = self.type_spec()
            elif self.key == ";":
                self.advance()
            elif self.key in _HEAD and self.kind == "name" and self.peek() not in (":=", ".", "(", "["):
                self.advance()
            elif self.key == "USING" and self.peek_kind() == "name":
                usings += self.usings()
            else:
                if isinstance(result, NamedType) and result.parts[-1].key == "VOID":
                    result = None
                return extends, implements, result, usings

    def generic(self) -> None:
        """``<T: ANY_NUM>`` behind a function's name: read and not kept."""
        self.advance()
        while self.is_name():
            self.name()
            self.expect(":")
            self.dotted_type()
            if not self.accept(","):
                break
        self.expect(">")

    def type_list(self) -> tuple[NamedType, ...]:
        """Names of types with commas between them."""
        found = [self.dotted_type()]
        while self.accept(","):
            found.append(self.dotted_type())
        return tuple(found)

    def close_pou(self, opened: Open, end: str) -> None:
        """The unit's end. Where files hold one unit each (CODESYS, TwinCAT) it may be left out; a plain file may also
        have been cut off there, so that is said."""
        lenient = self.source.dialect in ("codesys", "twincat")
        if self.key != end and lenient and (self.kind == "end" or self.key in UNIT_WORDS or self.key in QUALIFIERS):
            self.open.pop()
            if not self.source.segments:
                line = self.source.position(opened.start).line
                related = (self.span(opened.start, opened.start + len(opened.word)),)
                told = {"word": opened.word, "line": line, "end": end, "found": self.found()}
                self.report("ST1014", "not_closed", self.here(), related, "warning", **told)
            return
        if self.key in UNIT_ENDS.values() and self.key != end:
            self.report("ST1010", "expected", self.here(), wanted=end, found=self.found())
            self.open.pop()
            self.advance()
            return
        self.closed(opened, end)

    def nameless(self) -> Pou:
        """What methods belong to whose unit stands in another file: a function block of the file's name."""
        here = self.span(self.start, self.start)
        return Pou("FUNCTION_BLOCK", Name(self.stem(), here), (), (), here, here)

    def more_members(self, pou: Pou) -> Pou:
        """Methods, properties and actions that stand behind their unit's end (CODESYS 2, exports)."""
        parts = self.members("")
        return replace(
            pou,
            methods=pou.methods + tuple(parts.methods),
            properties=pou.properties + tuple(parts.properties),
            actions=pou.actions + tuple(parts.actions),
        )

    # --- types and globals

    def types(self, before: int) -> list[tree.TypeDecl]:
        """``TYPE a : INT; b : STRUCT .. END_STRUCT; END_TYPE``."""
        one = self.opened("TYPE", "END_TYPE")
        self.advance()
        out: list[tree.TypeDecl] = []
        while self.key != "END_TYPE" and self.kind != "end":
            if self.key == ";":
                self.advance()
                continue
            if self.key in UNIT_WORDS or (self.key in SECTIONS and self.key != "VAR"):
                break
            began, opened = self.at, len(self.open)
            try:
                out.append(self.type_decl(before))
            except Bail:
                del self.open[opened:]
                self.resume_type(began)
            before = self.last_end
        self.closed(one, "END_TYPE")
        return out

    def resume_type(self, began: int) -> None:
        if self.at == began:
            self.advance()
        while self.kind != "end" and self.key not in UNIT_WORDS and self.key != "END_TYPE":
            if self.accept(";"):
                return
            self.advance()

    def type_decl(self, before: int) -> tree.TypeDecl:
        """One type with its name. Raises Bail."""
        start = self.start
        self.qualifiers()
        name = self.name()
        extends = None
        if self.key == "EXTENDS":
            self.advance()
            extends = self.dotted_type()
        if self.key != "STRUCT":
            self.expect(":")
        notes = self.notes(before, start, start)
        if extends is not None and self.key == "STRUCT":
            spec = self.struct("END_STRUCT", extends)
        else:
            self.declares_type = self.kind == "name" and self.peek() == "("
            spec = self.type_spec()
        initial = self.initial() if self.accept(":=") else None
        if self.key == ";":
            self.advance()
        elif not isinstance(spec, (tree.StructType, tree.EnumType)) and self.key != "END_TYPE":
            self.want(";")
        return tree.TypeDecl(name, spec, initial, self.since(start), notes)

    def globals(self, before: int) -> tree.GlobalVars:
        """``VAR_GLOBAL`` sections that stand together outside a unit."""
        start = self.start
        pragmas = [one.text for one in self.tokens.between(before, start) if one.kind == "pragma"]
        qualified = any("qualified_only" in one.lower() for one in pragmas)
        names = [found for found in map(_LIST_NAME.search, pragmas) if found]
        name = Name(names[-1][1], self.here()) if names else None
        if name is None and self.source.name.lower().endswith(".gvl"):
            name = Name(self.stem(), self.span(start, start))
        blocks = [self.section()]
        while self.key == "VAR_GLOBAL" and not self.attributes_before():
            blocks.append(self.section())
        if name is None and before == 0 and self.kind == "end" and self.source.dialect in ("codesys", "twincat"):
            # The file of one list, as CODESYS shows it: others name the list as the file is named.
            name = Name(self.stem(), self.span(start, start))
        return tree.GlobalVars(name, tuple(blocks), self.since(start), qualified)

    def attributes_before(self) -> bool:
        """Whether a pragma stands before the token: then a list of its own begins."""
        found = self.tokens.between(self.last_end, self.start)
        return any(one.kind == "pragma" and ("qualified_only" in one.text or "list_name" in one.text) for one in found)

    def data_block(self) -> tree.DataBlock:
        """SCL's ``DATA_BLOCK``."""
        start, one = self.start, self.opened("DATA_BLOCK", "END_DATA_BLOCK")
        self.advance()
        name = self.name() if self.is_name() else Name(f"DB_{self.start}", self.here())
        self.pou_head()
        kind: NamedType | None = None
        blocks: list[tree.VarBlock] = []
        while self.key not in ("BEGIN", "END_DATA_BLOCK") and self.kind != "end" and self.key not in UNIT_WORDS:
            if self.key in SECTIONS:
                blocks.extend(self.sections())
            elif self.key == "ARRAY":
                blocks.append(self.array_block())
            elif self.key == "STRUCT":
                at = self.start
                spec = self.struct("END_STRUCT")
                self.accept(";")
                fields = spec.fields if isinstance(spec, tree.StructType) else ()
                blocks.append(tree.VarBlock("VAR", frozenset(), fields, self.since(at)))
            elif self.is_name():
                kind = self.dotted_type()
                self.accept(";")
            else:
                raise self.fail("ST1010", "expected", wanted="BEGIN")
        assigns: tuple[tree.Statement, ...] = ()
        if self.accept("BEGIN"):
            assigns = self.statements("END_DATA_BLOCK")
        self.closed(one, "END_DATA_BLOCK")
        kept = tuple(one for one in assigns if isinstance(one, tree.Assign))
        return tree.DataBlock(name, kind, tuple(blocks), kept, self.since(start))

    def array_block(self) -> tree.VarBlock:
        """A data block that is an array: its elements are reached as ``THIS[i]``."""
        start = self.start
        spec = self.array()
        self.accept(";")
        whole = self.since(start)
        return tree.VarBlock("VAR", frozenset(), (VarDecl((Name("THIS", whole),), spec, None, None, whole),), whole)

    def namespace(self) -> tree.Namespace:
        """``NAMESPACE a.b .. END_NAMESPACE``."""
        start, one = self.start, self.opened("NAMESPACE", "END_NAMESPACE")
        self.advance()
        self.qualifiers()
        name = self.dotted_type().parts
        self.accept(";")
        self.depth += 1
        try:
            if self.depth > 20:
                raise self.fail("ST1016", "too_deep", most=20)
            usings = self.usings()
            elements = self.elements("END_NAMESPACE")
        finally:
            self.depth -= 1
        self.closed(one, "END_NAMESPACE")
        return tree.Namespace(name, elements, self.since(start), usings)

    # --- configuration

    def configuration(self) -> tree.Configuration:
        """``CONFIGURATION`` with its resources flattened."""
        start, one = self.start, self.opened("CONFIGURATION", "END_CONFIGURATION")
        self.advance()
        name = self.name()
        blocks: list[tree.VarBlock] = []
        tasks: list[tree.Task] = []
        programs: list[tree.ProgramInstance] = []
        while self.key != "END_CONFIGURATION" and self.kind != "end":
            key = self.key
            if key in SECTIONS:
                blocks.append(self.section())
            elif key in ("RESOURCE", "END_RESOURCE"):
                self.resource()
            elif key == "TASK":
                tasks.append(self.task())
            elif key == "PROGRAM":
                programs.append(self.program_instance())
            elif key == ";":
                self.advance()
            elif key in UNIT_WORDS:
                break
            else:
                self.report("ST1020", "unit", self.here(), found=self.found())
                self.resume_declaration(self.at)
        self.closed(one, "END_CONFIGURATION")
        return tree.Configuration(name, tuple(blocks), tuple(tasks), tuple(programs), self.since(start))

    def resource(self) -> None:
        """``RESOURCE r ON PLC``: only its contents are kept."""
        if self.key == "RESOURCE":
            self.advance()
            self.name()
            if self.accept("ON"):
                self.dotted_type()
        else:
            self.advance()
        self.accept(";")

    def task(self) -> tree.Task:
        """``TASK t (INTERVAL := T#20ms, PRIORITY := 1);``."""
        start = self.start
        self.advance()
        name = self.name()
        settings: list[tuple[Name, tree.Expr]] = []
        if self.key == "(":
            settings = [(one.name, one.value) for one in self.arguments() if one.name and one.value]
        self.want(";")
        return tree.Task(name, tuple(settings), self.since(start))

    def program_instance(self) -> tree.ProgramInstance:
        """``PROGRAM p WITH t : Prog(x := %IX0.0);``."""
        start = self.start
        self.advance()
        while self.key in ("RETAIN", "NON_RETAIN"):
            self.advance()
        name = self.name()
        task = None
        if self.accept("WITH"):
            task = self.name()
        self.expect(":")
        kind = self.dotted_type()
        arguments = self.arguments() if self.key == "(" else ()
        self.want(";")
        return tree.ProgramInstance(name, task, kind, arguments, self.since(start))
