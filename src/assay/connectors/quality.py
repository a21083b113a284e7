"""Which tags have turned bad, and which are usable again: one event a change, not one a sample."""

from __future__ import annotations

from collections.abc import Iterable

from assay.connectors.opcua_errors import status_name
from assay.connectors.samples import LinkEvent, LinkState, Sample
from assay.kernel.errors import LinkError

_BAD = 0x80000000


class QualityWatch:
    """Sees every sample; ``bad`` holds the tags that are bad now, with their status codes."""

    def __init__(self) -> None:
        self.bad: dict[str, int] = {}

    def see(self, samples: Iterable[Sample]) -> list[LinkEvent]:
        """The changes that these samples (in the order of the link) make, by tag; a flicker within them is none."""
        before = dict(self.bad)
        touched: dict[str, None] = {}
        for sample in samples:
            touched[sample.tag] = None
            if sample.quality & _BAD:
                self.bad[sample.tag] = sample.quality
            else:
                self.bad.pop(sample.tag, None)
        return [event for tag in touched if (event := self._change(tag, before)) is not None]

    def _change(self, tag: str, before: dict[str, int]) -> LinkEvent | None:
        if tag in self.bad and tag not in before:
            error = LinkError("connectors.quality_bad", tag=tag, status=status_name(self.bad[tag]))
            return LinkEvent(LinkState.BAD_QUALITY, detail=error.render("en"), tag=tag, error=error)
        if tag in before and tag not in self.bad:
            return LinkEvent(LinkState.GOOD_QUALITY, detail=f"{tag} has good values again.", tag=tag)
        return None
