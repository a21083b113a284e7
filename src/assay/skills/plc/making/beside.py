"""The files of a bundle against its evidence: a replay also sees whether somebody has changed them since.

A folder counts only while its ``bundle.json`` names this evidence: after another program was generated into it, or the
folder was moved away, the record stands for itself.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assay.kernel.errors import AssayError
from assay.kernel.evidence import Evidence, content_hash
from assay.kernel.replay import ReplayContext, again
from assay.skills.plc.making.recording import GENERATED, told_of

_NAMES = {"released": "program.st", "not_released": "program.not_released.st"}


async def replay_generated(evidence: Evidence, context: ReplayContext) -> Any:
    """The program judged again, with the hashes of the files as they are now where the bundle is still there."""
    made = again(GENERATED)(evidence, context)
    value = dict(await made)
    value["files"] = {**value["files"], **(_files(evidence) or {})}
    return value


def _files(evidence: Evidence) -> dict[str, str] | None:
    folder = Path(str(evidence.inputs.get("folder") or ""))
    bundle = _json(folder / "bundle.json") if folder.is_absolute() else None
    if not isinstance(bundle, dict) or bundle.get("evidence") != evidence.id:
        return None
    properties, tests = _json(folder / "properties.json"), _json(folder / "tests.json")
    return {
        "program": _text_hash(folder / _NAMES.get(str(evidence.at("status")), "")),
        "properties": content_hash(properties),
        "tests": content_hash(tests if tests != [] else None),
        "verdicts": told_of(_verdicts(bundle)),
        "status": str(bundle.get("status")),
    }


def _verdicts(bundle: dict[str, Any]) -> Sequence[tuple[str, str]]:
    found = bundle.get("verdicts")
    rows = found if isinstance(found, list) else []
    return [(str(one.get("id")), str(one.get("status"))) for one in rows if isinstance(one, dict)]


def _text_hash(path: Path) -> str:
    try:
        return content_hash(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, AssayError):
        return "-"


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
