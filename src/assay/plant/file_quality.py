"""Quality columns of a user's file as OPC UA codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assay.plant.notes import Note
from assay.plant.series import BAD, GOOD, UNCERTAIN, Shorts

if TYPE_CHECKING:
    import pyarrow as pa

_WORDS = {
    **dict.fromkeys(("good", "ok", "g", "normal", "true", "好", "正常", "良好", "有效", ""), GOOD),
    **dict.fromkeys(("uncertain", "u", "questionable", "substituted", "可疑", "不确定"), UNCERTAIN),
    **dict.fromkeys(("bad", "b", "error", "fail", "failed", "false", "坏", "坏值", "故障", "无效"), BAD),
}


def qualities(column: pa.ChunkedArray | None, count: int) -> tuple[Shorts, list[Note]]:
    """The qualities of ``count`` samples; good without a column.

    Words in zh or en; OPC UA status codes (32 bits, or their upper 16); the classic OPC scale (192 good, 64 uncertain,
    0 bad) when 192 occurs. Anything else counts as bad and is noted.
    """
    if column is None:
        return np.zeros(count, np.int16), []
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = pc.utf8_lower(pc.utf8_trim_whitespace(pc.fill_null(column.cast(pa.string()), "")))
    encoded = texts.combine_chunks().dictionary_encode()
    words: list[str] = encoded.dictionary.to_pylist()
    classic = any(_whole(word) == 192 for word in words)
    codes = [_code(word, classic=classic) for word in words]
    table = np.array([BAD if code is None else code for code in codes], np.int16)
    unknown = [word for word, code in zip(words, codes, strict=True) if code is None]
    notes = [Note("plant.import_quality_classic")] if classic else []
    if unknown:
        notes.append(Note("plant.import_quality_unknown", {"words": ", ".join(word[:20] for word in unknown[:5])}))
    return table[encoded.indices.to_numpy()], notes


def _whole(word: str) -> int | None:
    try:
        number = float(word)
    except ValueError:
        return None
    return int(number) if number.is_integer() else None


def _code(word: str, *, classic: bool) -> int | None:
    if word in _WORDS:
        return _WORDS[word]
    number = _whole(word)
    if number is None or not -(2**15) <= number < 2**32:
        return None
    if classic:
        return GOOD if number >= 192 else UNCERTAIN if number >= 64 else BAD
    upper = number >> 16 if number >= 2**16 else number
    return upper - 2**16 if upper >= 2**15 else upper
