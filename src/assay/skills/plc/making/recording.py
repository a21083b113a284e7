"""The evidence of a generated program: a tool that judges it once more from its text, and what may be said of it.

Inputs are kept by hash; the value holds each verdict, each test, coverage and adequacy. A replay proves, tests, counts
and judges again. Proofs are bounded by work and not by time there, so that they find the same on any machine.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from assay.kernel.answering import Draft
from assay.kernel.claim import Claim, NameSlot, NumberSlot, Operand, Slot
from assay.kernel.context import RunContext
from assay.kernel.evidence import Evidence, content_hash
from assay.kernel.skill import Candidate, State, Step, Stop
from assay.kernel.texts import text
from assay.kernel.tool import Effect, Result, Tool

if TYPE_CHECKING:
    from assay.skills.plc.making.adequacy import Adequacy
    from assay.skills.plc.making.covering import Covered
    from assay.skills.plc.making.gates import Gated

#: Reasons that a replay finds again by itself.
FOUND_AGAIN = frozenset(
    "failed_interface failed_check failed_prove failed_test failed_sealed inputs_unread nothing_to_test left_open "
    "not_judged from_properties_alone unused_amounts".split()
)
#: Under these names code hands over the arguments and what it has already found out about the mutants.
ARGUMENTS, PINNED = "plc_generated", "plc_adequacy"
_PATIENT = 500.0
_SHA = Field(pattern=r"[0-9a-f]{64}")


class GeneratedArguments(BaseModel):
    """Hashes of what is kept (``plant.blobs``): the program, the interface it had to have, properties, tests, and the
    requirement. ``adequacy``: its small faults are judged too. ``sealed_failed``: sealed tests that failed; their text
    is not kept. ``unused``: amounts of the request that no parameter of the library's block takes. ``held``: further
    reasons (keys) for which it was kept back and which no replay can find again, such as what a model said.
    ``folder`` (absolute) is where the bundle stands and ``told`` the hash of the verdicts that it tells."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    program: str = _SHA
    interface: str = _SHA
    properties: str = _SHA
    tests: str = _SHA
    requirement: str = _SHA
    scan_ns: int = Field(default=100_000_000, gt=0)
    origin: str = ""
    adequacy: bool = False
    sealed: int = 0
    sealed_failed: int = 0
    unused: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    folder: str = ""
    told: str = ""


async def _run(arguments: Any, context: RunContext) -> Result:
    known: Any = context.resources.get(PINNED)
    # Names of variables and tests come from outside.
    return Result(await asyncio.to_thread(judged, arguments, known), trusted=False)


GENERATED = Tool(
    name="plc.generated",
    effect=Effect.COMPUTE,
    arguments=GeneratedArguments,
    run=_run,
    summary="plc.tool_generated",
    example="plc.tool_generated_example",
)


def judged(arguments: GeneratedArguments, known: Adequacy | None = None) -> dict[str, Any]:
    """The value: everything a release rests on. ``known``: what a search has found out about the mutants already."""
    from assay.plant.blobs import load_json
    from assay.skills.plc.making.adequacy import adequacy
    from assay.skills.plc.making.bundle import digest
    from assay.skills.plc.making.covering import covered
    from assay.skills.plc.making.gates import Wanted, judge
    from assay.skills.plc.making.interface import read_interface
    from assay.skills.plc.making.release import decide

    program = load_json(arguments.program)
    face = read_interface(load_json(arguments.interface))
    properties, tests = load_json(arguments.properties), load_json(arguments.tests)
    wanted = Wanted(face, properties, tests, arguments.scan_ns, _PATIENT)
    gated = judge(program, wanted)
    pinned = None
    if arguments.adequacy and gated.passed and gated.project is not None:
        pinned = known or adequacy(gated.project, wanted, seconds=_PATIENT)
    reasons = [key for key, _ in decide(gated, wanted, pinned, None, _origin(arguments)).reasons]
    reasons += ["failed_sealed"] * bool(arguments.sealed_failed) + ["unused_amounts"] * bool(arguments.unused)
    reasons += [one for one in arguments.held if one not in reasons]
    seen = covered(gated.project, face.name, tests, gated.report) if gated.project is not None else None
    status = "not_released" if reasons else "released"
    return {
        "unit": face.name,
        "program": digest(program),
        "stage": gated.stage,
        "status": status,
        "reasons": reasons,
        **_findings(gated),
        "coverage": _coverage(seen),
        "adequacy": _pinned(pinned),
        "files": {
            "program": arguments.program,
            "properties": arguments.properties,
            "tests": arguments.tests,
            "verdicts": arguments.told,
            "status": status,
        },
    }


def told_of(verdicts: Sequence[tuple[str, str]]) -> str:
    """The hash of verdicts (id and status) as a bundle tells them."""
    return content_hash([list(one) for one in verdicts])


def _origin(arguments: GeneratedArguments) -> str:
    """What code completed from the properties alone is no longer alone when sealed tests were run."""
    return "model" if arguments.origin == "completed" and arguments.sealed else arguments.origin


def _findings(gated: Gated) -> dict[str, Any]:
    report = gated.report
    bounded = {"BOUNDED", "REFUTED"}
    return {
        "properties": [
            {"id": one.id, "kind": one.kind, "status": one.status, "k": one.k if one.status in bounded else 0}
            for one in (report.properties if report is not None else ())
        ],
        "obligations": {
            status: sum(one.status == status for one in (report.obligations if report is not None else ()))
            for status in ("PROVED", "BOUNDED", "REFUTED", "UNKNOWN")
        },
        "tests": [{"name": one.case.name, "passed": one.passed, "scans": one.scans} for one in gated.outcomes],
    }


def _coverage(seen: Covered | None) -> dict[str, Any] | None:
    from assay.skills.plc.testing.coverage import totals

    return None if seen is None else {**totals(seen.points), "cases": seen.cases, "traces": seen.traces}


def _pinned(pinned: Adequacy | None) -> dict[str, Any] | None:
    if pinned is None:
        return None
    survived = len(pinned.survived)
    return {
        "killed": pinned.killed,
        "equal": pinned.equal,
        "survived": survived,
        "told_apart": pinned.killed + survived,
    }


def plan(state: State) -> Step | Draft | Stop:
    """The tool with the arguments that code put into ``context.resources``, then the claims over its evidence."""
    fixed = state.context.resources.get(ARGUMENTS)
    if fixed is None:
        return Stop((text("plc.nothing_generated", state.context.lang),))
    if not state.done(GENERATED.name):
        return Step((Candidate(GENERATED, fixed),), default=GENERATED.name, forced=True, refuse=False)
    found = state.calls[-1].evidence
    without = {"program": text("plc.nothing_generated", state.context.lang)}
    return Draft(tuple(claims(found)), required=("program",), without=without)


@dataclass(frozen=True, slots=True)
class _Of:
    """Claims over one piece of evidence."""

    found: Evidence

    def number(self, path: str) -> NumberSlot:
        return NumberSlot(operands=(Operand(evidence=self.found.id, path=path),), decimals=0)

    def name(self, path: str) -> NameSlot:
        return NameSlot(operand=Operand(evidence=self.found.id, path=path))


def claims(found: Evidence) -> list[Claim]:
    """What is said: the release, each property, the obligations, each test, coverage, and the small faults."""
    of, value = _Of(found), _mapping(found.value)
    unit: dict[str, Slot] = {"unit": of.name("unit"), "program": of.name("program")}
    made = [_claim(f"claim_{value['status']}", "program", "", unit)]
    for place, one in enumerate(value["properties"]):
        slots: dict[str, Slot] = {"id": of.name(f"properties/{place}/id")}
        if one["status"] == "BOUNDED":
            slots["k"] = of.number(f"properties/{place}/k")
        made.append(_claim(f"claim_{one['status'].lower()}", "property", f"_{place}", slots))
    if value["properties"] or any(value["obligations"].values()):
        counts: dict[str, Slot] = {key.lower(): of.number(f"obligations/{key}") for key in value["obligations"]}
        made.append(_claim("claim_obligations", "obligations", "", counts))
    for place, one in enumerate(value["tests"]):
        about: dict[str, Slot] = {"name": of.name(f"tests/{place}/name"), "scans": of.number(f"tests/{place}/scans")}
        made.append(_claim(f"claim_test_{'passed' if one['passed'] else 'failed'}", "test", f"_{place}", about))
    if value["coverage"] is not None:
        parts = {f"{kind}_{what}": f"coverage/{kind}/{what}" for kind in _KINDS for what in ("covered", "total")}
        made.append(_claim("claim_coverage", "coverage", "", {key: of.number(path) for key, path in parts.items()}))
    if value["adequacy"] is not None:
        keys: dict[str, Slot] = {key: of.number(f"adequacy/{key}") for key in ("killed", "told_apart")}
        made.append(_claim("claim_adequacy", "adequacy", "", keys))
    return made


_KINDS = ("statements", "branches")


def _claim(key: str, topic: str, at: str, slots: dict[str, Slot]) -> Claim:
    return Claim(id=f"{key}{at}", topic=topic, key=f"plc.{key}", slots=slots)


def _mapping(value: Any) -> dict[str, Any]:
    return dict(value)
