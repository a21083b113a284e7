"""What a checkable rule is: tests of fields against limits, the conditions under which they hold, and the clause.

A part says: where every group of ``when`` has a test that holds, and no group of ``unless`` holds as a whole,
``test`` must hold. Nothing here computes; ``evaluate`` does.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from assay.kernel.evidence import content_hash
from assay.kernel.texts import Lang


class Frozen(BaseModel):
    """A record that does not change."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Op(StrEnum):
    """A comparison of a field with limits."""

    AT_LEAST = ">="
    OVER = ">"
    AT_MOST = "<="
    UNDER = "<"
    EQUAL = "="
    OTHER = "!="
    BETWEEN = "between"  # both ends included
    IN = "in"
    NOT_IN = "not in"
    PRESENT = "present"  # exists, is done, holds
    ABSENT = "absent"


class Severity(StrEnum):
    """How strict the words are: shall and 应, 必须, 不得, 严禁; should and 宜."""

    MANDATORY = "mandatory"
    RECOMMENDED = "recommended"


class Name(Frozen):
    """A field in the document's own words: what it belongs to (may be empty) and the property."""

    object: str = ""
    property: str

    def __str__(self) -> str:
        return f"{self.object} :: {self.property}" if self.object else self.property


class Limit(Frozen):
    """What is compared with: ``number`` and ``unit``; or ``words``; or ``number`` times the field ``of``, ``plus`` a
    number and unit. The unit is written so that ``plant.model_units`` reads it, "" for a count or factor."""

    number: Decimal | None = None
    unit: str = ""
    words: str = ""
    of: Name | None = None
    plus: Decimal | None = None
    plus_unit: str = ""


class Test(Frozen):
    """One comparison. ``limits`` are two for BETWEEN, one or more for IN and NOT_IN, none for PRESENT and ABSENT."""

    __test__ = False  # no test of pytest's

    field: Name
    op: Op
    limits: tuple[Limit, ...] = ()


Groups = tuple[tuple[Test, ...], ...]


class Part(Frozen):
    """A test with its conditions: all groups of ``when`` (any test in each), no group of ``unless`` (all tests)."""

    test: Test
    when: Groups = ()
    unless: Groups = ()
    severity: Severity = Severity.MANDATORY


class Place(Frozen):
    """Where the words stand: page from 1, code points of the stored text."""

    document: str = ""
    version: str = ""
    page: Annotated[int, Field(ge=0)] = 0
    start: Annotated[int, Field(ge=0)] = 0
    end: Annotated[int, Field(ge=0)] = 0


class Confirmation(Frozen):
    """A person's word for exactly one content (``hash`` of the rule) at a time (UTC, ISO)."""

    by: str
    at: str
    hash: str


class Rule(Frozen):
    """A clause, or a row of a table, as parts that code can check. ``context`` is what a quote must show besides.

    ``doubts`` say why the grammar is not sure of its reading (ends of text keys ``rules.unclear_...``): such a rule is
    confirmed by its id only. They are advice about the reading and no part of what a person confirms.
    """

    id: str
    clause: str = ""
    place: Place = Place()
    lang: Lang = "en"
    quote: str
    context: tuple[str, ...] = ()
    parts: Annotated[tuple[Part, ...], Field(min_length=1)]
    origin: str = "grammar"  # or "model": proposed by a language model among candidates
    doubts: tuple[str, ...] = ()
    confirmation: Confirmation | None = None

    @property
    def hash(self) -> str:
        """Hash of everything that a person confirms: words, place and parts."""
        return content_hash(self.model_dump(mode="json", exclude={"confirmation", "doubts"}))

    @property
    def confirmed(self) -> bool:
        """Whether a person confirmed exactly this; a rule that was changed afterwards is proposed again."""
        return self.confirmation is not None and self.confirmation.hash == self.hash


class Unread(Frozen):
    """A clause that is not a rule: ``reason`` is a key of the skill's texts (``unread_...``), ``near`` the words where
    reading stopped."""

    clause: str = ""
    place: Place = Place()
    lang: Lang = "en"
    quote: str
    context: tuple[str, ...] = ()
    reason: str
    near: str = ""
