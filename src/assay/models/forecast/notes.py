"""What was done to the data before forecasting, said so that code and people can read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from assay.kernel.texts import Lang, text


@dataclass(frozen=True, slots=True)
class Note:
    """One remark: ``code`` for programs (a key of this room's texts), its figures, and the target it is about."""

    code: str
    params: Mapping[str, JsonValue] = field(default_factory=dict)

    def render(self, lang: Lang = "en") -> str:
        """The remark as one sentence."""
        return text(f"forecast.{self.code}", lang, **self.params)

    def to_json(self) -> dict[str, JsonValue]:
        """Code and figures."""
        return {"code": self.code, "params": dict(self.params)}
