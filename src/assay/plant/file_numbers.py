"""Numbers in a user's file: missing marks, thousands, decimal commas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assay.plant.series import Floats

if TYPE_CHECKING:
    import pyarrow as pa

MISSING = (
    "",
    *(
        "nan",
        "-nan",
        "null",
        "none",
        "nil",
        "na",
        "n/a",
        "#n/a",
        "#na",
        "#value!",
        "#div/0!",
        "#ref!",
        "#num!",
        "-",
        "--",
    ),
    *("bad", "bad input", "no data", "nodata", "i/o timeout", "not connect", "pt created", "under range", "over range"),
    *(
        "shutdown",
        "calc failed",
        "configure",
        "error",
        "invalid",
        "no result",
        "?",
        "坏值",
        "无效",
        "无数据",
        "空",
        "故障",
    ),
)
_GROUPS = "'\u00a0\u202f\u2009 "  # signs that only group digits
_THOUSANDS = rf"^([+-]?)\d{{1,3}}([,{_GROUPS}]\d{{3}})+(\.\d+)?$"
_COMMA = rf"^[+-]?(\d+|\d{{1,3}}([.{_GROUPS}]\d{{3}})*),\d*([eE][+-]?\d+)?$"
_DOTS = r"^[+-]?\d{1,3}(\.\d{3}){2,}$"


def numbers(column: pa.ChunkedArray, *, decimal_comma: bool) -> tuple[Floats, NDArray[np.bool_]]:
    """The cells as float64, NaN where one is missing or no number, and which cells are there but no finite number.

    A missing cell is empty or one of ``MISSING`` in any case. With ``decimal_comma`` 1.234,5 is read as 1234.5.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_boolean(kind):
        column, kind = column.cast(pa.int8()), pa.int8()
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        return _finite(column)
    cells = pc.utf8_trim_whitespace(column).combine_chunks()
    if decimal_comma and pc.any(pc.match_substring(cells, ".")).as_py():
        # Beside decimal commas a dot groups thousands: 1.234 must not pass for a small number.
        return _cell_by_cell(_without_missing(cells), decimal_comma=True)
    try:
        return _finite(_without_missing(cells).cast(pa.float64()))
    except pa.ArrowException:
        return _cell_by_cell(_without_missing(cells), decimal_comma=decimal_comma)


def has_decimal_comma(column: pa.ChunkedArray) -> bool:
    """Whether any cell is a number only when the comma is the decimal sign, or the dot groups thousands."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_string(column.type):
        return False
    return bool(pc.any(pc.match_substring_regex(pc.utf8_trim_whitespace(column), f"{_COMMA}|{_DOTS}")).as_py())


def _without_missing(cells: pa.Array) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    # Few cells are not plain numbers: only the different short ones among those are compared.
    missing = pc.is_in(pc.utf8_lower(cells), value_set=pa.array(MISSING, cells.type))
    return pc.if_else(missing, pa.scalar(None, cells.type), cells)


def _finite(column: pa.Array | pa.ChunkedArray) -> tuple[Floats, NDArray[np.bool_]]:
    import pyarrow as pa

    values = column.cast(pa.float64(), safe=False)
    array: Floats = np.array(values.to_numpy() if isinstance(values, pa.ChunkedArray) else values.to_numpy(False))
    odd = np.isinf(array)
    array[odd] = np.nan
    return array, odd


def _cell_by_cell(cells: pa.Array, *, decimal_comma: bool) -> tuple[Floats, NDArray[np.bool_]]:
    import pyarrow as pa
    import pyarrow.compute as pc

    if decimal_comma:
        is_comma = pc.match_substring_regex(cells, _COMMA)
        plain = pc.replace_substring(pc.replace_substring_regex(cells, f"[.{_GROUPS}]", ""), ",", ".")
        several = pc.match_substring_regex(cells, r"^[+-]?\d{1,3}(\.\d{3}){1,}$")
        cells = pc.if_else(pc.or_(is_comma, several), plain, cells)
    else:
        grouped = pc.match_substring_regex(cells, _THOUSANDS)
        cells = pc.if_else(grouped, pc.replace_substring_regex(cells, f"[,{_GROUPS}]", ""), cells)
    number = pc.match_substring_regex(cells, r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
    values, infinite = _finite(pc.if_else(number, cells, pa.scalar(None, cells.type)).cast(pa.float64()))
    odd = pc.fill_null(pc.invert(number), False).to_numpy(zero_copy_only=False) | infinite
    return values, odd
