"""Properties of a program: what must always, never, sometime, soon or for a while hold at the end of a scan.

All expressions are Structured Text over the variables of the unit, read at the end of a scan (inputs as that scan got
them); in them ``PREV(x)`` is the value at the end of the scan before (before the first scan: the initial value),
``ROSE(x)`` and ``FELL(x)`` are edges against it. A run that has faulted has no further scan ends.

===========  ==========================================================================================================
kind         holds when
===========  ==========================================================================================================
invariant    ``then`` is TRUE at the end of every scan (with ``when``: as an implication)
implication  at every scan end at which ``when`` is TRUE, ``then`` is TRUE
forbidden    ``when`` (and ``then``, if given) is never TRUE
reachable    some run has a scan end at which ``when`` (and ``then``, if given) is TRUE
response     after each scan end with ``when``, ``then`` comes TRUE: at that scan end or one of the next
             ``within.scans``, or at a scan end at most ``within.time`` later
held         when ``when`` has been TRUE at all scan ends for ``for.scans`` scans running, or since a scan end
             ``for.time`` or longer ago, ``then`` is TRUE
stays        from each scan end with ``when`` on, ``then`` is TRUE at ``for.scans`` scan ends, or at all less than
             ``for.time`` later (that of ``when`` included)
exclusive    of the names in ``of`` at most one is TRUE at the end of any scan
===========  ==========================================================================================================

Other names are read too (:data:`ALIASES`: ``mutual_exclusion``, ``response_within``, ``held_for``, ``stays_for``).
``exclusive`` may have its two sides in ``when`` and ``then`` instead of ``of``.

``at: start`` reads ``when`` at the start of the scan instead: inputs as the scan gets them, everything else as the scan
before left it. ``before`` is one more condition, on the end of the scan before (FALSE in the first scan).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from assay.kernel.errors import InputError
from assay.skills.plc.front.source import NOWHERE, Source, Span
from assay.skills.plc.testing.durations import duration

Kind = Literal["invariant", "implication", "forbidden", "reachable", "response", "held", "stays", "exclusive"]
KINDS: tuple[Kind, ...] = get_args(Kind)
#: Other names of the kinds that people write, in small letters and with underscores.
ALIASES: dict[str, Kind] = {
    "response_within": "response", "held_for": "held", "stays_for": "stays", "mutual_exclusion": "exclusive",
    "mutually_exclusive": "exclusive", "mutex": "exclusive",
}  # fmt: skip

#: Largest file of properties, in bytes, and most properties in it.
MOST_BYTES, MOST = 5_000_000, 10_000


@dataclass(frozen=True, slots=True)
class Bound:
    """A number of scans, or a time in nanoseconds."""

    scans: int | None = None
    time_ns: int | None = None

    def __str__(self) -> str:
        return f"{self.scans} scans" if self.scans is not None else f"T#{(self.time_ns or 0) / 10**6:.15g}ms"


@dataclass(frozen=True, slots=True)
class Property:
    """One property. ``pou`` '' means the only or the first unit that can run. ``text`` is what a person said."""

    id: str
    kind: Kind
    when: str = ""
    then: str = ""
    pou: str = ""
    before: str = ""
    at: Literal["start", "end"] = "end"
    within: Bound | None = None
    lasting: Bound | None = None
    of: tuple[str, ...] = ()
    text: str = ""
    span: Span = NOWHERE

    def wording(self) -> str:
        """The property in one line, in the syntax of comments."""
        if self.kind == "exclusive":
            return f"exclusive {', '.join(self.of)}"
        when = f"{self.when} at start" if self.at == "start" else self.when
        when = f"{when} before {self.before}" if self.before else when
        arrow = f"{when} => {self.then}" if when and self.then else when or self.then
        bound = f" within {self.within}" if self.within else f" for {self.lasting}" if self.lasting else ""
        return f"{self.kind} {arrow}{bound}"


_KEYS = {"id", "pou", "kind", "when", "then", "before", "at", "within", "for", "of", "text"}
_NEEDS: dict[str, tuple[str, ...]] = {
    "invariant": ("then",), "implication": ("when", "then"), "response": ("when", "then", "within"),
    "held": ("when", "then", "for"), "stays": ("when", "then", "for"), "exclusive": ("of",),
}  # fmt: skip


def load_properties(path: Path) -> list[Property]:
    """The properties of a JSON file (a list; ``docs/schemas/plc-properties.schema.json``). Raises InputError."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError("plc_prove.file_big", file=path, most=MOST_BYTES // 10**6)
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError("plc_prove.file_read", file=path, problem=error.strerror or error) from None
    except (ValueError, RecursionError) as error:
        raise InputError("plc_prove.file_json", file=path, problem=error) from None
    return parse_properties(data, str(path))


def parse_properties(data: Any, where: str = "<properties>") -> list[Property]:
    """Properties from JSON values. Raises InputError that names the entry and the field."""
    if isinstance(data, dict) and isinstance(data.get("properties"), list):
        data = data["properties"]
    if not isinstance(data, list) or len(data) > MOST:
        raise InputError("plc_prove.not_a_list", file=where, most=MOST)
    result: list[Property] = []
    seen: set[str] = set()
    for number, one in enumerate(data, 1):
        made = _property(one, number, where)
        if made.id in seen:
            raise InputError("plc_prove.id_twice", file=where, id=made.id)
        seen.add(made.id)
        result.append(made)
    return result


def _property(data: Any, number: int, where: str) -> Property:
    if not isinstance(data, dict):
        raise InputError("plc_prove.not_an_object", file=where, number=number)
    name = str(data.get("id") or f"P{number}")
    unknown = sorted(set(map(str, data)) - _KEYS)
    if unknown:
        known = ", ".join(sorted(_KEYS))
        raise InputError("plc_prove.field_unknown", file=where, id=name, field=unknown[0], known=known)
    kind = kind_of(data.get("kind"))
    if kind is None:
        raise InputError("plc_prove.kind_unknown", file=where, id=name, kind=data.get("kind"), known=", ".join(KINDS))
    keys = ("when", "then", "before", "pou", "text")
    when, then, before, pou, words = (_text(data, key, name, where) for key in keys)
    of = data.get("of", [])
    if not isinstance(of, list) or not all(isinstance(one, str) for one in of):
        raise InputError("plc_prove.field_wrong", file=where, id=name, field="of")
    at = data.get("at", "end")
    if at not in ("start", "end"):
        raise InputError("plc_prove.field_wrong", file=where, id=name, field="at")
    made = Property(
        name, kind, when, then, pou, before, at, _bound(data, "within", name, where),
        _bound(data, "for", name, where), tuple(of), words,
    )  # fmt: skip
    return complete(made, where)


def kind_of(name: object) -> Kind | None:
    """The kind that a name means, without case; None for a name that means none."""
    plain = re.sub(r"[\s-]+", "_", name.strip().lower()) if isinstance(name, str) else ""
    return next((one for one in KINDS if one == plain), ALIASES.get(plain))


def complete(made: Property, where: str) -> Property:
    """A property whose fields belong together. Raises InputError."""
    if made.kind == "invariant" and not made.then:
        made = replace(made, then=made.when, when="")
    if made.kind in ("forbidden", "reachable") and not made.when:
        made = replace(made, when=made.then, then="")
    if made.kind == "exclusive" and not made.of and made.when and made.then:
        made = replace(made, of=(made.when, made.then), when="", then="")
    needs = _NEEDS.get(made.kind, ("when",))
    given = {"when": made.when, "then": made.then, "within": made.within, "for": made.lasting, "of": len(made.of) > 1}
    for key in needs:
        if not given[key]:
            raise InputError("plc_prove.field_missing", file=where, id=made.id, kind=made.kind, field=key)
    return made


def _text(data: dict[str, Any], key: str, name: str, where: str) -> str:
    value = data.get(key, "")
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > 20_000:
        raise InputError("plc_prove.field_wrong", file=where, id=name, field=key)
    return value.strip()


def _bound(data: dict[str, Any], key: str, name: str, where: str) -> Bound | None:
    value = data.get(key)
    if value is None:
        return None
    made = _time(value) if isinstance(value, str) else None
    value = {one: given for one, given in value.items() if given is not None} if isinstance(value, dict) else value
    if isinstance(value, dict) and len(value) == 1:
        scans, time = value.get("scans"), value.get("time")
        if isinstance(scans, int) and not isinstance(scans, bool) and 0 <= scans <= 10**9:
            made = Bound(scans=scans)
        elif isinstance(time, str):
            made = _time(time)
        elif isinstance(time, (int, float)) and not isinstance(time, bool):
            made = _time(f"{time}ms")
    if made is None:
        raise InputError("plc_prove.bound_wrong", file=where, id=name, field=key)
    return made


def _time(text: str) -> Bound | None:
    found = duration(text)
    return None if found is None or not 0 <= found < 1 << 61 else Bound(time_ns=found)


# --- in comments ----------------------------------------------------------------------------------------------------

_LINE = re.compile(r"^(?:\[(?P<id>[^\]]+)\]\s*)?(?P<kind>[a-z_]+)\s+(?P<rest>.+)$", re.IGNORECASE | re.DOTALL)
_TAIL = re.compile(r"\s+(?P<key>within|for)\s+(?P<value>\d+\s+scans?|L?T(?:IME)?#[\w.]+)\s*$", re.IGNORECASE)


def properties_in(source: Source, units: Sequence[tuple[str, Span]] = ()) -> list[Property]:
    """The properties that stand in comments ``//@ ...`` and ``(*@ ...; ... *)``:

    ``//@ [id] kind WHEN => THEN within 5 scans -- text`` where ``[id]``, the bound and the text may be left out, the
    bound (``within`` or ``for``, ``5 scans`` or ``T#2s``) ends either side, and ``exclusive`` takes names parted by
    commas. They
    belong to the unit that they stand in, or else to the next one. Raises InputError with the line.
    """
    result: list[Property] = []
    for start, end, body in _comments(source.text):
        for piece in (body,) if source.text[start] == "/" else body.split(";"):
            if piece.strip():
                where = f"{source.name}:{source.position(start).line}"
                made = _comment(piece.strip(), where, len(result) + 1)
                pou = _unit_at(units, source.name, start)
                result.append(replace(made, pou=pou, span=Span(source.name, start, end)))
    return result


def _comment(text: str, where: str, number: int) -> Property:
    said, _, words = text.partition(" -- ")
    found = _LINE.match(said.strip())
    kind = kind_of(found["kind"]) if found else None
    if found is None or kind is None:
        raise InputError("plc_prove.comment", where=where, text=text[:80], known=", ".join(KINDS))
    name = found["id"] or f"C{number}"
    rest = found["rest"].strip()
    if kind == "exclusive":
        names = tuple(one.strip() for one in rest.split(",") if one.strip())
        return complete(Property(name, kind, of=names, text=words.strip()), where)
    within: Bound | None = None
    lasting: Bound | None = None
    sides = []
    for side in rest.split("=>", 1):
        tail = _TAIL.search(side)
        if tail is not None:
            side = side[: tail.start()]
            count = tail["value"].split()
            bound = Bound(scans=int(count[0])) if len(count) > 1 else _time(tail["value"])
            within, lasting = (bound, lasting) if tail["key"].lower() == "within" else (within, bound)
        sides.append(side.strip())
    when, then = (*sides, "")[:2]
    made = Property(name, kind, when, then, within=within, lasting=lasting, text=words.strip())
    return complete(made, where)


def _comments(text: str) -> list[tuple[int, int, str]]:
    """Start, end and inside of the comments that begin with ``@``; those within strings are none."""
    result = []
    for found in _TOKENS.finditer(text):
        body = found["line"] or found["block"]
        if body is not None:
            result.append((found.start(), found.end(), body))
    return result


_TOKENS = re.compile(
    r"//@(?P<line>[^\n]*)|\(\*@(?P<block>.*?)\*\)|//[^\n]*|\(\*.*?\*\)"
    r"|'(?:\$.|[^'$\n])*'|\"(?:\$.|[^\"$\n])*\"",
    re.DOTALL,
)


def _unit_at(units: Sequence[tuple[str, Span]], source: str, offset: int) -> str:
    mine = sorted((span.start, span.end, name) for name, span in units if span.source == source)
    inside = [name for start, end, name in mine if start <= offset < end]
    after = [name for start, _, name in mine if start >= offset]
    if inside:
        return inside[-1]
    return after[0] if after else (mine[-1][2] if mine else "")
