"""Replay: a search and an opened unit are made again from the libraries of the data folder, for comparison only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assay.kernel.errors import AssayError, InputError
from assay.kernel.evidence import Evidence, content_hash, jsonable
from assay.kernel.replay import ReplayContext
from assay.knowledge.rights import Asker
from assay.skills.knowledge_qa.citing import opened
from assay.skills.knowledge_qa.tools import READER, FindArguments, OpenArguments, found_value

if TYPE_CHECKING:
    from assay.knowledge.reader import Reader


def replay_open(evidence: Evidence, context: ReplayContext) -> Any:
    """The unit as it stands now in the library that holds its passage; InputError where none does."""
    asked = OpenArguments.model_validate(evidence.inputs)
    last: Any = None
    for reader in _readers(context, None):
        with suppress(AssayError):
            last = opened(reader, asked.passage, asked.unit, asked.cell, asked.start, asked.end)
            if content_hash(jsonable(last)) == content_hash(evidence.value):
                return last
    if last is None:
        raise InputError("knowledge_qa.no_unit", passage=asked.passage)
    return last


def replay_find(evidence: Evidence, context: ReplayContext) -> Any:
    """The search again, in the library whose permitted documents are still those of then."""
    asked = FindArguments.model_validate(evidence.inputs)
    value: Any = evidence.value
    for reader in _readers(context, Asker("replay", frozenset(asked.groups))):
        with suppress(AssayError):
            if reader.fingerprint() == value["fingerprint"]:
                return found_value(reader, asked)[0]
    raise InputError("knowledge_qa.no_library")


def _readers(context: ReplayContext, asker: Asker | None) -> Iterator[Reader]:
    """A given reader, else one of each library; without an asker one that sees all that policy's roles may see."""
    if READER in context.resources:
        reader: Reader = context.resources[READER]
        yield reader
        return
    from assay.kernel.policy import Policy
    from assay.knowledge.library import Library

    everyone = asker or Asker("replay", frozenset(Policy.load(None).roles))
    for place in _places():
        with Library.open(place) as library:
            yield library.reader(everyone)


def _places() -> list[Path]:
    from assay.knowledge.library import FILE
    from assay.plant.home import home

    patterns = (f"knowledge/{FILE}", f"knowledge/folders/*/{FILE}", f"plants/*/knowledge/{FILE}")
    return sorted({path.parent for pattern in patterns for path in home().glob(pattern)})
