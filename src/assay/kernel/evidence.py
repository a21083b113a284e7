"""Evidence: an immutable, content-hashed record of what a tool saw or computed."""

from __future__ import annotations

import hashlib
import json
import math
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from assay.kernel.errors import IntegrityError, TerminalError

DEFAULT_TOLERANCE = 1e-9


class EvidenceKind(StrEnum):
    """How a piece of evidence came about, which decides how it replays."""

    OBSERVATION = "observation"  # read from a historian or file; replays by hash
    COMPUTATION = "computation"  # replays within the tool's tolerance
    CHOICE = "choice"  # a model's or a person's choice; recorded, not replayed
    TEXT = "text"  # text from outside; untrusted
    ACTION = "action"  # what was written to a plant and read back; recorded, not replayed


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces; NaN and infinity are refused so that hashes are portable."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def content_hash(value: Any) -> str:
    """SHA-256 of the canonical JSON, hexadecimal."""
    return hashlib.sha256(canonical_json(value).encode("utf-8")).hexdigest()


def jsonable(value: Any) -> Any:
    """``value`` with numpy scalars and arrays, datetimes, tuples and NaN turned into plain JSON values."""
    if isinstance(value, dict):
        return {str(k): jsonable(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [jsonable(v) for v in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if hasattr(value, "tolist"):
        return jsonable(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, str):
        # Half a character (a lone surrogate, from a broken file) has no UTF-8 form and so no hash.
        return value.encode("utf-8", "replace").decode("utf-8")
    return value


class Evidence(BaseModel):
    """One record. ``id`` is made from ``hash``: the same content is the same evidence in every run.

    ``inputs`` are the producer's arguments, ``parents`` the ids of evidence that it used, ``tolerance`` the relative
    difference that a replay of a computation may show, ``trusted`` is False when ``value`` holds text from outside.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: EvidenceKind
    producer: str
    version: str
    inputs: dict[str, JsonValue]
    parents: tuple[str, ...] = ()
    value: JsonValue
    tolerance: Annotated[float, Field(ge=0)] = DEFAULT_TOLERANCE
    trusted: bool = True
    created: datetime
    run: str
    hash: str = ""

    @classmethod
    def make(
        cls,
        *,
        kind: EvidenceKind,
        producer: str,
        version: str,
        inputs: dict[str, Any],
        value: Any,
        run: str,
        parents: tuple[str, ...] = (),
        tolerance: float = DEFAULT_TOLERANCE,
        trusted: bool = True,
    ) -> Self:
        """Make a record; inputs and value may hold numpy values and datetimes."""
        return cls(
            kind=kind,
            producer=producer,
            version=version,
            inputs=jsonable(inputs),
            parents=parents,
            value=jsonable(value),
            tolerance=tolerance,
            trusted=trusted,
            created=datetime.now(UTC),
            run=run,
        )

    @model_validator(mode="before")
    @classmethod
    def _seal(cls, data: Any) -> Any:
        """Fill an absent hash; a present one that does not match is an IntegrityError (not a validation error)."""
        if isinstance(data, dict):
            expected = _digest(data)
            if not data.get("hash"):
                return {**data, "hash": expected}
            if data["hash"] != expected:
                raise IntegrityError("kernel.evidence_changed", id=f"ev_{data['hash'][:16]}")
        return data

    @property
    def id(self) -> str:
        """``ev_`` and the first 16 hexadecimal digits of the hash."""
        return f"ev_{self.hash[:16]}"

    def at(self, path: str) -> JsonValue:
        """The part of ``value`` at a slash-separated path: ``"causes/0/probability"``; ``""`` is the whole value."""
        node: JsonValue = self.value
        for step in path.split("/") if path else ():
            if isinstance(node, dict) and step in node:
                node = node[step]
            elif isinstance(node, list) and step.lstrip("-").isdigit() and -len(node) <= int(step) < len(node):
                node = node[int(step)]
            else:
                raise TerminalError("kernel.evidence_path", id=self.id, path=path)
        return node


def _digest(data: dict[str, Any]) -> str:
    # The time and the run are left out: the same observation in two runs is the same evidence.
    return content_hash(
        {
            "kind": str(data["kind"]),
            "producer": data["producer"],
            "version": data["version"],
            "inputs": data["inputs"],
            "parents": list(data.get("parents", ())),
            "value": data["value"],
            # 0 and 0.0 are one tolerance, but two JSON texts.
            "tolerance": float(data.get("tolerance", DEFAULT_TOLERANCE)),
            "trusted": data.get("trusted", True),
        }
    )
