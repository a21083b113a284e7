"""The skill's tools: search for passages, open one unit with its citation, read the newest alarm of a plant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from assay.kernel.context import RunContext
from assay.kernel.errors import InputError
from assay.kernel.evidence import EvidenceKind
from assay.kernel.tool import Effect, Result, Tool
from assay.skills.knowledge_qa.citing import opened

if TYPE_CHECKING:
    from assay.knowledge.reader import Hit, Reader

LIMIT = 20
READER = "knowledge_reader"
"""The resource that holds the asker's reader: code puts it there, no argument names it."""


class _Arguments(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FindArguments(_Arguments):
    """``query`` as asked; ``outdated`` also searches versions that are no longer valid; ``groups`` are the asker's."""

    query: str = Field(max_length=2000)
    limit: int = Field(default=LIMIT, ge=1, le=100)
    outdated: bool = False
    groups: tuple[str, ...] = ()


class OpenArguments(_Arguments):
    """A unit of a passage by its place from 0; ``cell`` is a row's field from 0; ``start``, ``end`` the short answer in
    the unit's text."""

    passage: str
    unit: int = Field(ge=0)
    cell: int | None = Field(default=None, ge=0)
    start: int | None = Field(default=None, ge=0)
    end: int | None = Field(default=None, ge=0)


class AlarmArguments(_Arguments):
    """``plant`` is the id of a plant in the records."""

    plant: str


async def _find(arguments: FindArguments, context: RunContext) -> Result:
    value, hits = found_value(reader_of(context), arguments)
    return Result(value, hits, trusted=False)


def found_value(reader: Reader, arguments: FindArguments) -> tuple[dict[str, Any], tuple[Hit, ...]]:
    """What a search finds, as evidence and as hits. Nothing in it depends on documents that may not be read."""
    hits = tuple(reader.search(arguments.query, limit=arguments.limit, outdated=arguments.outdated))
    found = [
        {"passage": hit.passage.id, "document": hit.passage.document, "version": hit.passage.version} for hit in hits
    ]
    return {"fingerprint": reader.fingerprint(), "hits": found}, hits


async def _open(arguments: OpenArguments, context: RunContext) -> Result:
    value = opened(
        reader_of(context), arguments.passage, arguments.unit, arguments.cell, arguments.start, arguments.end
    )
    return Result(value, trusted=False)


async def _alarm(arguments: AlarmArguments, context: RunContext) -> Result:
    from assay.skills.knowledge_qa.alarm import newest_alarm

    return Result(newest_alarm(arguments.plant), trusted=False)


def reader_of(context: RunContext) -> Reader:
    """The asker's reader; InputError where code gave none (a replay without a library)."""
    reader: Any = context.resources.get(READER)
    if reader is None:
        raise InputError("knowledge_qa.no_reader")
    found: Reader = reader
    return found


FIND = Tool(
    name="knowledge_qa.find",
    effect=Effect.READ,
    arguments=FindArguments,
    run=_find,
    summary="knowledge_qa.find_summary",
    example="knowledge_qa.find_example",
    kind=EvidenceKind.OBSERVATION,
)
OPEN = Tool(
    name="knowledge_qa.open",
    effect=Effect.READ,
    arguments=OpenArguments,
    run=_open,
    summary="knowledge_qa.open_summary",
    example="knowledge_qa.open_example",
    kind=EvidenceKind.TEXT,
)
ALARM = Tool(
    name="knowledge_qa.newest_alarm",
    effect=Effect.READ,
    arguments=AlarmArguments,
    run=_alarm,
    summary="knowledge_qa.alarm_summary",
    example="knowledge_qa.alarm_example",
    kind=EvidenceKind.OBSERVATION,
)
TOOLS = (FIND, OPEN, ALARM)
