"""Vega-Lite specs as pictures: nothing is fetched, and Chinese words read on a machine without a font for them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from assay.kernel.font import chart_fonts, han

HAN = "Noto Sans SC"


def svg(spec: Mapping[str, Any]) -> str:
    """The chart as one ``svg`` element."""
    import vl_convert

    # Specs carry their data; an empty list lets none be fetched.
    drawn: str = vl_convert.vegalite_to_svg(_readable(spec), allowed_base_urls=[])
    return drawn


def png(spec: Mapping[str, Any], scale: float = 1.5) -> bytes:
    """The chart as a PNG file."""
    import vl_convert

    drawn: bytes = vl_convert.vegalite_to_png(_readable(spec), scale=scale, allowed_base_urls=[])
    return drawn


def _readable(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The spec with a font that has its characters, where they are Chinese."""
    if not han(json.dumps(spec, ensure_ascii=False)):
        return dict(spec)
    _register()
    config = dict(spec.get("config", {}))
    return {**spec, "config": {**config, "font": f"{config.get('font', 'sans-serif')}, {HAN}"}}


@cache
def _register() -> None:
    import vl_convert

    vl_convert.register_font_directory(chart_fonts().name)
