"""Frames for property tests."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from assay.plant.series import NO_DATA, Frame

TAGS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=8)
VALUES = st.floats(allow_nan=True, allow_infinity=False, width=64)
MODERATE = st.floats(-1e6, 1e6) | st.just(float("nan"))


@st.composite
def frames(draw: st.DrawFn, *, quality: bool = True, regular: bool = False) -> Frame:
    """Any small frame; ``regular``: times within some hours and moderate values."""
    rows = draw(st.integers(0, 12))
    tags = tuple(draw(st.lists(TAGS, min_size=1, max_size=4, unique=True)))
    span = (0, 20_000 * 10**9) if regular else (-(10**18), 4 * 10**18)
    times = sorted(draw(st.sets(st.integers(*span), min_size=rows, max_size=rows)))
    cells = rows * len(tags)
    shape = (rows, len(tags))
    values = np.array(draw(st.lists(MODERATE if regular else VALUES, min_size=cells, max_size=cells)), float)
    codes = None
    if quality and draw(st.booleans()):
        drawn = draw(st.lists(st.sampled_from([0, 0, 0x4000, -0x8000, NO_DATA]), min_size=cells, max_size=cells))
        codes = np.array(drawn, np.int16).reshape(shape)
    return Frame(np.array(times, "datetime64[ns]"), tags, values.reshape(shape), codes)
