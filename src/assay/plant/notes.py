"""What was found or done on the way, said to the user beside a result."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from assay.kernel.texts import Lang, text


@dataclass(frozen=True)
class Note:
    """A remark: a text key and its parameters. Parameters may quote a user's file; they are data only."""

    key: str
    params: dict[str, Any] = field(default_factory=dict)

    def render(self, lang: Lang = "en") -> str:
        """The remark as a sentence for a person."""
        return text(self.key, lang, **self.params)
