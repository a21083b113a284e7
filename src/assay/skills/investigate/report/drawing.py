"""A Vega-Lite spec as SVG that can stand in a page: no script, no outside reference, no names shared between charts."""

from __future__ import annotations

import re
from html import escape

from assay.kernel.charts import svg
from assay.skills.investigate.report.document import Figure

_OPENING = re.compile(r"<svg\b[^>]*?\bviewBox=\"([^\"]+)\"[^>]*>")
_NAMED = re.compile(r'(id="|url\(#|href="#)([A-Za-z][\w-]*)')


def draw(figure: Figure, serial: int) -> str:
    """Inline SVG that scales with its box; ``serial`` sets this chart's inner names apart from those of the others."""
    drawn = svg(figure.spec)
    opening = _OPENING.match(drawn)
    assert opening is not None, "vl-convert draws one svg element with a viewBox"
    body = _NAMED.sub(rf"\1c{serial}-\2", drawn[opening.end() :])
    label = escape(figure.caption, quote=True)
    return f'<svg class="chart" viewBox="{opening[1]}" role="img" aria-label="{label}">{body}'
