"""Derive the alarm limits of the Tennessee Eastman plants that no publication gives, from normal runs.

    python -m benchmarks.derive_limits [PLANT] [--seeds 6] [--hours 60] [--json]   print them beside those of plant.yaml
    python -m benchmarks.derive_limits --write                             put them into plant.yaml
    python -m benchmarks.derive_limits --verify                            count alarms in normal runs of other seeds
    python -m benchmarks.derive_limits --modes                             print the set points of the six modes

Rule: mode 1 under the plant's own loops, settled for 60 h, then ``hours`` of each seed, one sample in 0.05 h. H and L
stand five standard deviations from the mean, rounded to two digits of the standard deviation; the dead-band is one
standard deviation. A limit below zero (valves, flows, contents) or above 100 (valves) is left out, as is one that a
published limit already covers. Exit 1 when plant.yaml holds other figures.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import re
import sys
from datetime import UTC, datetime
from typing import Any

import numpy as np

from assay.plant.alarms import alarms_of
from assay.plant.model import Plant, load_plant
from assay.plant.model_schema import AlarmLimit, Tag
from benchmarks.tep_runs import COLUMNS, Array, settled, stretch

SIGMAS = 5.0
DELAYS = {"flow": 15.0, "pressure": 15.0, "level": 60.0, "temperature": 60.0, "position": 60.0}
HIGH = {"XMEAS_7", "XMEAS_8", "XMEAS_9"}  # reactor pressure, level, temperature
Limits = dict[str, dict[str, float | str]]


@dataclasses.dataclass(frozen=True)
class History:
    """What ``alarms_of`` reads."""

    times: Any
    tags: tuple[str, ...]
    values: Array
    quality: Any = None


def normal_runs(structure: str, seeds: range, hours: float) -> Array:
    """Settled mode 1: (seeds, rows, 53)."""
    stretches = []
    for seed in seeds:
        run = stretch(settled(structure, seed), seed, hours)
        if run.trip:
            raise SystemExit(f"seed {seed} tripped: {run.trip}")
        stretches.append(run.values)
    return np.array(stretches)


def rounded(value: float, sigma: float) -> float:
    """``value`` to one digit beyond the first of ``sigma``."""
    return round(value, 1 - math.floor(math.log10(sigma)))


def priority(tag: Tag) -> str:
    """Reactor pressure, level and temperature high; compositions, valves and power low; the rest medium."""
    if tag.id in HIGH:
        return "high"
    return "low" if tag.quantity in ("composition", "position", "speed", "power") else "medium"


def derive(plant: Plant, rows: Array) -> dict[str, Limits]:
    """H and L by tag."""
    flat = rows.reshape(-1, len(COLUMNS))
    derived: dict[str, Limits] = {}
    for column, name in enumerate(COLUMNS):
        tag = plant.tag(name)
        mean, sigma = float(flat[:, column].mean()), float(flat[:, column].std())
        if sigma < 1e-9:  # a valve that the control structure leaves constant
            continue
        top = 100.0 if tag.kind == "valve" else math.inf
        bounds = {"L": mean - SIGMAS * sigma, "H": mean + SIGMAS * sigma}
        derived[name] = {
            which: {
                "at": rounded(value, sigma),
                "priority": priority(tag),
                "deadband": rounded(sigma, sigma),
                "delay": DELAYS.get(tag.quantity, 0.0),
                "basis": "derived",
            }
            for which, value in bounds.items()
            if 0 < value < top and not beyond_published(tag, which, value)
        }
    return derived


def beyond_published(tag: Tag, which: str, value: float) -> bool:
    """Whether a published HH or LL is already stricter."""
    outer = tag.alarms.get("HH" if which == "H" else "LL")
    if outer is None or outer.basis != "published":
        return False
    return value >= outer.at if which == "H" else value <= outer.at


def as_plain(limit: AlarmLimit) -> dict[str, float | str]:
    """A limit of plant.yaml in the same shape."""
    return limit.model_dump()


def write(plant: Plant, derived: dict[str, Limits]) -> None:
    """Put the derived limits into plant.yaml; published ones stay, and what is not derived here is not inherited."""
    source = plant.path.read_text(encoding="utf-8")
    for name, limits in derived.items():
        held = plant.tag(name).alarms
        lines = []
        for which in ("LL", "L", "H", "HH"):
            if which in limits:
                lines.append(f"{which}: {_flow(limits[which])}")
            elif which in held and held[which].basis == "derived" and plant.spec.extends:
                lines.append(f"{which}: null")
            elif which in held and held[which].basis != "derived" and not plant.spec.extends:
                lines.append(f"{which}: {_flow(as_plain(held[which]))}")
        block = "alarms: {" + (",\n" + " " * 14).join(lines) + "}}"
        pattern = rf"(\{{id: {name}, .*?)alarms: \{{.*?\}}+(?=\n  [-#]|\n\n)"
        match = re.search(pattern, source, flags=re.DOTALL)
        assert match is not None, name
        source = source[: match.start()] + match[1] + block + source[match.end() :]
    plant.path.write_text(source, encoding="utf-8")


def _flow(limit: dict[str, float | str]) -> str:
    return (
        "{"
        + ", ".join(f"{k}: {v:g}" if isinstance(v, float) and k != "at" else f"{k}: {v}" for k, v in limit.items())
        + "}"
    )


def compare(plant: Plant, derived: dict[str, Limits]) -> list[dict[str, Any]]:
    """One row a tag: what was derived, what plant.yaml holds, and whether they are the same."""
    table = []
    for name, limits in derived.items():
        held = {k: as_plain(v) for k, v in plant.tag(name).alarms.items() if v.basis == "derived"}
        table.append({"tag": name, "derived": limits, "plant": held, "same": held == limits})
    return table


def verify(plant: Plant, seeds: range, hours: float) -> dict[str, Any]:
    """Alarms in settled normal runs of other seeds."""
    start = datetime(2024, 1, 1, tzinfo=UTC)
    counts: dict[str, int] = {}
    for seed in seeds:
        rows = normal_runs(control(plant), range(seed, seed + 1), hours)[0]
        first = np.datetime64(start.replace(tzinfo=None), "ns")
        times = first + np.arange(len(rows)) * np.timedelta64(180, "s")
        for event in alarms_of(plant, History(times, COLUMNS, rows)):
            if event.raised:
                counts[f"{event.tag} {event.type}"] = counts.get(f"{event.tag} {event.type}", 0) + 1
    return {"seeds": list(seeds), "hours_each": hours, "alarms": sum(counts.values()), "by_alarm": counts}


def control(plant: Plant) -> str:
    """The plant's control structure."""
    if plant.twin is None:
        raise SystemExit(f"{plant.id} has no twin")
    return plant.twin.control


def modes() -> dict[str, dict[str, float]]:
    """Set points of the six modes as the simulator package gives them."""
    from tep_studio.simulation.modes import available_modes, mode_setpoints

    return {mode: dataclasses.asdict(mode_setpoints(mode)) for mode in available_modes()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("plant", nargs="?", default="tennessee_eastman")
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--hours", type=float, default=60.0)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--verify", action="store_true")
    parser.add_argument("--modes", action="store_true")
    options = parser.parse_args()
    plant = load_plant(options.plant)
    if options.modes:
        print(json.dumps(modes(), indent=2))
        return 0
    if options.verify:
        report = verify(plant, range(101, 101 + options.seeds), options.hours)
        print(json.dumps(report, indent=2))
        return int(report["alarms"] > 0)
    derived = derive(plant, normal_runs(control(plant), range(1, options.seeds + 1), options.hours))
    if options.write:
        write(plant, derived)
        plant = load_plant(options.plant)
    table = compare(plant, derived)
    if options.json:
        print(json.dumps(table, indent=2))
    else:
        for row in table:
            shown = "  ".join(
                f"{which} {limit['at']:g} (dead-band {limit['deadband']:g})" for which, limit in row["derived"].items()
            )
            print(f"{row['tag']:10} {'same ' if row['same'] else 'OTHER'} {shown}")
    return int(not all(row["same"] for row in table))


if __name__ == "__main__":
    sys.exit(main())
