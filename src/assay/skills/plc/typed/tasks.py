"""Tasks of a configuration: which programs run how often."""

from __future__ import annotations

from assay.skills.plc.front import tree
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.typed.symbols import Env, Pou
from assay.skills.plc.typed.world import World


def tasks(world: World, runs: dict[str, ir.Unit]) -> tuple[ir.TaskSpec, ...]:
    """The tasks of all configurations with the programs that can be run; programs without a task run in one of their
    own name, without an interval."""
    found: list[ir.TaskSpec] = []
    for one in world.configurations:
        programs: dict[str, list[tuple[str, str]]] = {}
        for program in one.programs:
            parts = tuple(name.key for name in program.type.parts)
            unit = world.find_path(Env((), (), "iec"), parts)
            if not isinstance(unit, Pou):
                name = ".".join(part.text for part in program.type.parts)
                world.report.add("no_program", program.type.span, name=name)
            elif unit.key in runs:
                key = "" if program.task is None else program.task.key
                programs.setdefault(key, []).append((program.name.text, unit.name))
        for task in one.tasks:
            mine = tuple(programs.pop(task.name.key, ()))
            found.append(ir.TaskSpec(task.name.text, _time(task, "INTERVAL"), _number(task, "PRIORITY"), mine))
        rest = tuple(pair for pairs in programs.values() for pair in pairs)
        if rest:
            found.append(ir.TaskSpec(one.name.text, None, 0, rest))
    return tuple(found)


def _setting(task: tree.Task, key: str) -> tree.Literal_ | None:
    found = next((value for name, value in task.settings if name.key == key), None)
    return found if isinstance(found, tree.Literal_) else None


def _time(task: tree.Task, key: str) -> int | None:
    found = _setting(task, key)
    return found.value if found is not None and found.kind == "time" and isinstance(found.value, int) else None


def _number(task: tree.Task, key: str) -> int:
    found = _setting(task, key)
    return found.value if found is not None and isinstance(found.value, int) else 0
