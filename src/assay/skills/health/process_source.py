"""From what is said about a pump, fan, compressor, turbine, filter or valve to the call for it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from assay.kernel.errors import InputError

if TYPE_CHECKING:
    from assay.plant.series import Frame
    from assay.skills.health.machine_source import Machine

_ACCURACY = re.compile(r"[0-9]+(\.[0-9]+)?(e-?[0-9]+)?%?")


def process_call(machine: Machine, frame: Frame) -> tuple[str, dict[str, Any]]:
    """The call; the roles' tags are kept. Units come from ``--role-unit``, else from the plant's tags."""
    from assay.plant.blobs import history_blob
    from assay.skills.health.machine_source import cases_of
    from assay.skills.health.process_kinds import KINDS

    kind = (machine.process or "").strip().casefold()
    if kind not in KINDS:
        raise InputError("health.process_kind", kind=kind[:40], known=", ".join(KINDS))
    roles: dict[str, str] = {}
    numbers: dict[str, float] = {}
    for role, value in _pairs(machine.role or (), "role").items():
        constant = _constant(value)
        if value in frame.tags:
            roles[role] = value
        elif constant is not None:
            numbers[role] = constant
        else:
            near = get_close_matches(value, frame.tags, 5, 0.4) or frame.tags[:10]
            raise InputError("health.process_tag", role=role, tag=value[:60], near=", ".join(near))
    if not roles:
        every = ", ".join(KINDS[kind].roles)
        raise InputError("health.process_roles_missing", kind=kind, roles=every, known=every)
    accuracy = _by_role(_pairs(machine.role_accuracy or (), "role-accuracy"), roles)
    for role, text in accuracy.items():
        if not _ACCURACY.fullmatch(text):
            raise InputError("health.process_accuracy", role=role, value=text[:20])
    return "health.process", {
        "kind": kind,
        "history": history_blob(frame.select(dict.fromkeys(roles.values()))),
        "roles": roles,
        "numbers": numbers,
        "units": _units(machine, roles),
        "accuracy": accuracy,
        "equipment_class": None if machine.equipment_class is None else machine.equipment_class.upper(),
        "cases": cases_of(machine.cases),
    }


def _pairs(written: Iterable[str], option: str) -> dict[str, str]:
    """``name=value`` pairs, several in one text by commas."""
    found: dict[str, str] = {}
    for part in (one for text in written for one in text.split(",")):
        name, equals, value = (one.strip() for one in part.partition("="))
        if not equals or not value or not name or name in found:
            raise InputError("health.process_unread", option=f"--{option}", text=part[:60])
        found[name] = value
    return found


def _constant(value: str) -> float | None:
    try:
        found = float(value)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _by_role(said: Mapping[str, str], roles: Mapping[str, str]) -> dict[str, str]:
    """What was said of a role or of its tag, by role."""
    found: dict[str, str] = {}
    by_tag: dict[str, list[str]] = {}
    for role, tag in roles.items():
        by_tag.setdefault(tag, []).append(role)
    for name, value in said.items():
        for role in by_tag.get(name, [name]):
            found[role] = value
    return found


def _units(machine: Machine, roles: Mapping[str, str]) -> dict[str, str]:
    units: dict[str, str] = {}
    if machine.plant is not None:
        from assay.plant.model import load_plant

        own = {tag.id: tag.unit for tag in load_plant(machine.plant).spec.tags}
        units = {role: own[tag] for role, tag in roles.items() if tag in own}
    said = _by_role(_pairs(machine.role_unit or (), "role-unit"), roles)
    unknown = [one for one in said if one not in roles]
    constants = {one.partition("=")[0].strip() for text in machine.role or () for one in text.split(",")}
    lost = [one for one in unknown if one not in constants]
    if lost:
        raise InputError("health.process_unit_lost", names=", ".join(lost), roles=", ".join(roles))
    return {**units, **said}
