"""Mutated sources against the front end: no crash, no hang, whatever the text.

``python -m benchmarks.plc_fuzz --count 1000000 --seed 0 --state FILE --json`` writes what it did into ``FILE`` now and
then and goes on from there when it is started again. A case is one source of at most 200 lines, made from seed texts of
every dialect by deleting, doubling, swapping and replacing tokens, characters and bytes; it is parsed, and every tenth
one is formatted as well. A case that takes more than two seconds of the processor counts as a hang.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

from assay.skills.plc.front.format import format_text
from assay.skills.plc.front.parser import parse
from assay.skills.plc.front.source import DIALECTS, Source
from benchmarks.about import about
from benchmarks.plc_fuzz_seeds import SEEDS

HANG = 2.0
MAX_LINES = 200
_PIECE = re.compile(r"\w+|\s+|[^\w\s]")
_RARE = [
    "(*",
    "*)",
    "'",
    '"',
    "{",
    "}",
    "#",
    "$",
    "\0",
    "\ufeff",
    "；",
    "é",
    "16#",
    "T#",
    "..",
    ":=",
    "END_IF",
    "CASE",
    "(" * 40,
]


def cases(seed: int, start: int, count: int) -> Iterator[tuple[int, Source]]:
    """Cases ``start`` to ``start + count`` of a seed; each depends on its number alone."""
    for number in range(start, start + count):
        chance = random.Random(f"{seed}/{number}")
        text = chance.choice(SEEDS)
        for _ in range(chance.randint(1, 6)):
            text = mutate(text, chance)
        text = "\n".join(text.split("\n")[:MAX_LINES])
        yield number, Source(f"case{number}", text, chance.choice(DIALECTS))


def mutate(text: str, chance: random.Random) -> str:
    """One change to a text."""
    kind = chance.randrange(8)
    if kind == 0:
        data = bytearray(text.encode("utf-8"))
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256) if data else 0
        return data.decode("utf-8", "replace")
    pieces = _PIECE.findall(text) or [" "]
    place, other = chance.randrange(len(pieces)), chance.randrange(len(pieces))
    if kind == 1:
        del pieces[place : place + chance.randint(1, 3)]
    elif kind == 2:
        pieces.insert(place, pieces[other])
    elif kind == 3:
        pieces[place], pieces[other] = pieces[other], pieces[place]
    elif kind == 4:
        pieces[place] = chance.choice(_RARE)
    elif kind == 5:
        pieces = pieces[:place]
    elif kind == 6:
        low, high = sorted((place, other))
        pieces[low:low] = pieces[low : min(high, low + 200)] * chance.randint(1, 3)
    else:
        second = _PIECE.findall(chance.choice(SEEDS))
        cut = chance.randrange(len(second))
        pieces[place:place] = second[cut : cut + chance.randint(1, 40)]
    return "".join(pieces) or " "


def attempt(source: Source, formatted: bool) -> tuple[float, str]:
    """Seconds of the processor, and the traceback of a crash (empty for none)."""
    began = time.process_time()
    trouble = ""
    try:
        parse(source)
        if formatted:
            once = format_text(source)
            again = format_text(Source(source.name, once, source.dialect))
            if again != once:
                trouble = "formatting twice differs from formatting once"
    except Exception:
        trouble = traceback.format_exc(limit=-3)
    return time.process_time() - began, trouble


def run(count: int, seed: int, state: Path | None) -> dict[str, object]:
    """All cases up to ``count``, from where the state stands; the result of all of them."""
    done: dict[str, object] = {"seed": seed, "cases": 0, "crashes": [], "hangs": [], "slowest_s": 0.0, "seconds": 0.0}
    if state is not None and state.exists():
        kept = json.loads(state.read_text(encoding="utf-8"))
        done = kept if kept["seed"] == seed else done
    crashes, hangs = list(done["crashes"]), list(done["hangs"])  # type: ignore[call-overload]
    slowest, spent, number = float(done["slowest_s"]), float(done["seconds"]), int(done["cases"])  # type: ignore[arg-type, call-overload]
    while number < count:
        size = min(2000, count - number)
        began = time.perf_counter()
        for case, source in cases(seed, number, size):
            seconds, trouble = attempt(source, case % 10 == 0)
            slowest = max(slowest, seconds)
            if trouble and len(crashes) < 50:
                crashes.append({"case": case, "dialect": source.dialect, "trouble": trouble})
            if seconds > HANG and len(hangs) < 50:
                hangs.append({"case": case, "seconds": round(seconds, 2)})
        number += size
        spent += time.perf_counter() - began
        done = {"seed": seed, "cases": number, "crashes": crashes, "hangs": hangs}
        done |= {"slowest_s": round(slowest, 4), "seconds": round(spent, 1)}
        if state is not None:
            state.write_text(json.dumps(done), encoding="utf-8")
    return done


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--state", type=Path)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    done = run(given.count, given.seed, given.state)
    if given.json:
        print(json.dumps({"about": about(seed=given.seed), **done}, ensure_ascii=False, indent=2))
    else:
        print(f"{done['cases']} cases, {len(done['crashes'])} crashes, {len(done['hangs'])} hangs, {done['seconds']} s")  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
