"""Replay: run a piece of evidence again and compare."""

from __future__ import annotations

import inspect
import math
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from pydantic import JsonValue

from assay.kernel.errors import AssayError
from assay.kernel.evidence import Evidence, EvidenceKind, content_hash, jsonable
from assay.kernel.ports import EvidenceStore

if TYPE_CHECKING:
    from assay.kernel.skill import Skill
    from assay.kernel.tool import Tool


class ReplayVerdict(StrEnum):
    """The outcome of a replay."""

    SAME = "same"
    DIFFERENT = "different"
    RECORDED = "recorded"  # a choice or an executed action: kept, not run again
    CANNOT = "cannot"


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """One replay; ``detail`` says where it differs or why it cannot be run."""

    id: str
    producer: str
    verdict: ReplayVerdict
    detail: str = ""

    @property
    def good(self) -> bool:
        """Whether the evidence stands."""
        return self.verdict in (ReplayVerdict.SAME, ReplayVerdict.RECORDED)


@dataclass(slots=True)
class ReplayContext:
    """What replayers share: the store (for parents), and objects that are costly to open (a historian, a twin)."""

    store: EvidenceStore
    resources: dict[str, Any] = field(default_factory=dict)


Replayer = Callable[[Evidence, ReplayContext], "Any | Awaitable[Any]"]
"""Makes the value of a piece of evidence again from its inputs and parents."""

_RECORDED = (EvidenceKind.CHOICE, EvidenceKind.ACTION)


async def replay(evidence: Evidence, replayers: Mapping[str, Replayer], context: ReplayContext) -> ReplayResult:
    """Run one piece of evidence again.

    Observations and texts must have the same hash; computations must agree within the evidence's tolerance (relative,
    number by number; everything else exactly).
    """

    def result(verdict: ReplayVerdict, detail: str = "") -> ReplayResult:
        return ReplayResult(evidence.id, evidence.producer, verdict, detail)

    if evidence.kind in _RECORDED:
        return result(ReplayVerdict.RECORDED)
    replayer = replayers.get(evidence.producer)
    if replayer is None:
        return result(ReplayVerdict.CANNOT, "no replayer")
    try:
        made = replayer(evidence, context)
        value = jsonable(await made if inspect.isawaitable(made) else made)
    except AssayError as error:
        return result(ReplayVerdict.CANNOT, str(error))
    except Exception as error:  # a skill's replayer may fail in its own ways; the others are still replayed
        return result(ReplayVerdict.CANNOT, f"{type(error).__name__}: {error}")
    if evidence.kind is EvidenceKind.COMPUTATION:
        where = difference(evidence.value, value, evidence.tolerance)
    else:
        where = None if content_hash(evidence.value) == content_hash(value) else "hash"
    return result(ReplayVerdict.SAME) if where is None else result(ReplayVerdict.DIFFERENT, where)


def difference(old: JsonValue, new: JsonValue, tolerance: float, path: str = "") -> str | None:
    """The first place where two JSON values differ by more than the relative tolerance, or None."""
    if isinstance(old, bool) or isinstance(new, bool) or not isinstance(old, (int, float)):
        if type(old) is not type(new):
            return f"{path or '/'}: {_short(old)} -> {_short(new)}"
        if isinstance(old, dict) and isinstance(new, dict):
            return _dict_difference(old, new, tolerance, path)
        if isinstance(old, list) and isinstance(new, list):
            return _list_difference(old, new, tolerance, path)
        return None if old == new else f"{path or '/'}: {_short(old)} -> {_short(new)}"
    if not isinstance(new, (int, float)):
        return f"{path or '/'}: {_short(old)} -> {_short(new)}"
    if isinstance(old, int) and isinstance(new, int):
        near = old == new or abs(old - new) <= tolerance * max(abs(old), abs(new))
    else:
        near = math.isclose(old, new, rel_tol=tolerance, abs_tol=0.0)
    if near:
        return None
    return f"{path or '/'}: {old!r} -> {new!r}"


def _dict_difference(old: dict[str, JsonValue], new: dict[str, JsonValue], tolerance: float, path: str) -> str | None:
    for key in sorted(old.keys() | new.keys()):
        here = f"{path}/{key}"
        if key not in old or key not in new:
            return f"{here}: {'added' if key in new else 'gone'}"
        if found := difference(old[key], new[key], tolerance, here):
            return found
    return None


def _list_difference(old: list[JsonValue], new: list[JsonValue], tolerance: float, path: str) -> str | None:
    if len(old) != len(new):
        return f"{path or '/'}: {len(old)} -> {len(new)} entries"
    pairs = enumerate(zip(old, new, strict=True))
    return next((found for i, (a, b) in pairs if (found := difference(a, b, tolerance, f"{path}/{i}"))), None)


def _short(value: JsonValue) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."


def replayers_of(skills: Iterable[Skill]) -> dict[str, Replayer]:
    """All replayers of the skills by producer; a tool without its own is run again with its recorded inputs."""
    found: dict[str, Replayer] = {}
    for skill in skills:
        found |= {tool.name: again(tool) for tool in skill.tools}
        found |= skill.replayers
    return found


class _Reading:
    """A store whose evidence can be read; what a replay makes is compared, never stored."""

    def __init__(self, store: EvidenceStore) -> None:
        self._store = store

    def put(self, evidence: Evidence) -> None:
        """Nothing is stored."""

    def get(self, id: str) -> Evidence:
        """As the store below."""
        return self._store.get(id)

    def of_run(self, run: str) -> Sequence[Evidence]:
        """As the store below."""
        return self._store.of_run(run)

    def all(self) -> Iterable[Evidence]:
        """As the store below."""
        return self._store.all()


def again(tool: Tool) -> Replayer:
    """A replayer that runs the tool with the recorded inputs and no rights beyond reading and computing.

    It refuses evidence of another version of the tool: a different result would then prove nothing.
    """
    from assay.kernel.context import RunContext
    from assay.kernel.errors import TerminalError
    from assay.kernel.policy import Caller, Policy

    async def run(evidence: Evidence, context: ReplayContext) -> Any:
        if evidence.version != tool.version:
            raise TerminalError("kernel.replay_version", id=evidence.id, old=evidence.version, new=tool.version)
        around = RunContext(
            run=evidence.run,
            caller=Caller("replay"),
            policy=Policy(),
            store=_Reading(context.store),
            resources=context.resources,
        )
        result = await tool.run(tool.arguments.model_validate(evidence.inputs), around)
        return result.value

    return run
