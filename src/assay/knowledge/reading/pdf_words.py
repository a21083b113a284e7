"""The words that a PDF page's characters make."""

from __future__ import annotations

import ctypes
import unicodedata
from collections.abc import Container, Sequence
from typing import TYPE_CHECKING, Any

from assay.knowledge.reading.pdf_chars import Characters, string, upright
from assay.knowledge.reading.structure_words import Words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Whole = NDArray[np.int32]

Four = tuple[float, float, float, float]
#: The "turn" of words that stand at another angle than a quarter.
SLANTED = 4
_WIDE_GAP = 1.1  # of the height: the width of a gap that parts words of one line
#: Signs of Adobe's Symbol font that old drivers write into the private use area (its published encoding).
_SYMBOLS = dict(
    zip(
        range(0xF020, 0xF0FF),
        " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"
        + "\0" * 33
        + "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊",
        strict=False,
    )
)
_SPACE = 0.08  # of the height: a space narrower than this is none
_GUESSED_SPACE = 0.15  # the same for a space that is not in the file, but that PDFium concludes from a gap
_BLANK = (0x7F, 0xA0, 0x200B, 0xFEFF, 0x3000, *range(0x2000, 0x200B))
_RAISED = str.maketrans("0123456789+-−()noO", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿ°°")
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl"}
_BOLD = ("bold", "black", "heavy", "demi", "hei", "黑")


def words_of(text_page: Any, characters: Characters, size: tuple[float, float]) -> list[tuple[int, list[Words]]]:
    """The words of a page for each turn in which there are some, that with the most first.

    The places of turned words are in the frame in which they are upright. Slanted words come last, as turn ``SLANTED``.
    """
    import numpy as np

    visible = _visible(characters.codes)
    counts = np.bincount(characters.turns[visible], minlength=4).tolist()
    result: list[tuple[int, list[Words]]] = []
    slanted: list[list[int]] = []
    for turn in sorted(range(4), key=lambda one: (-counts[one], one)):
        if counts[turn]:
            members = np.flatnonzero(visible & (characters.turns == turn))
            places = _upright(characters.boxes, turn, size)
            pieces = np.split(members, _breaks(places[members]))
            aslant = [_is_slanted(text_page, int(piece[0])) for piece in pieces]
            slanted += _together(
                [at for piece, yes in zip(pieces, aslant, strict=True) if yes for at in piece.tolist()]
            )
            pieces = _woven([piece for piece, yes in zip(pieces, aslant, strict=True) if not yes], places)
            made = [_words(text_page, characters, piece, places) for piece in pieces]
            result.append((turn, [one for one in made if one is not None]))
    if slanted:
        every = [_slanted(characters, run) for run in slanted]
        result.append((SLANTED, every))
    return [one for one in result if one[1]]


def _is_slanted(text_page: Any, at: int) -> bool:
    """Whether a character is turned by something between quarters (a watermark, a drawing's label)."""
    import pypdfium2.raw as raw

    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(text_page.raw, at, ctypes.byref(matrix))
    low, high = sorted((abs(matrix.a), abs(matrix.b)))
    return bool(low > 0.1 * high)


def _together(places: Sequence[int]) -> list[list[int]]:
    """Runs of characters that follow each other, but for white space."""
    runs: list[list[int]] = []
    for at in places:
        if runs and at - runs[-1][-1] <= 3:
            runs[-1].append(at)
        else:
            runs.append([at])
    return runs


def _slanted(characters: Characters, run: Sequence[int]) -> Words:
    """The words of slanted characters, one behind the other."""
    import numpy as np

    at = list(run)
    boxes = characters.boxes[at]
    low, high = boxes.min(axis=0).tolist(), boxes.max(axis=0).tolist()
    text = "".join(chr(code) if code < 0xD800 else "\ufffd" for code in characters.codes[at].tolist())
    middles = boxes[:, [0, 2]].mean(axis=1, dtype=np.float32)
    return Words(text, boxes, middles, low[0], low[1], high[2], high[3], slanted=True)


def _visible(codes: Whole) -> NDArray[np.bool_]:
    import numpy as np

    return (codes > 32) & ~np.isin(codes, _BLANK)


def _breaks(places: Floats) -> NDArray[np.intp]:
    """Where words end in a run of visible characters: another line, a wide gap, a step back."""
    import numpy as np

    last, here = places[:-1], places[1:]
    heights = last[:, 3] - last[:, 1], here[:, 3] - here[:, 1]
    low, tall = np.minimum(*heights), np.maximum(*heights)
    shared = np.minimum(last[:, 3], here[:, 3]) - np.maximum(last[:, 1], here[:, 1])
    gap = here[:, 0] - last[:, 2]
    return np.flatnonzero((shared < 0.3 * low) | (gap > _WIDE_GAP * tall) | (gap < -0.5 * tall)) + 1


def _woven(pieces: list[NDArray[np.intp]], places: Floats) -> list[NDArray[np.intp]]:
    """Pieces of which one was written into a gap of another (a filled form, another font) put in order by place."""
    import numpy as np

    around = [(*places[one, :2].min(axis=0).tolist(), *places[one, 2:].max(axis=0).tolist()) for one in pieces]
    order = sorted(range(len(pieces)), key=lambda at: around[at][1] + around[at][3])
    made: list[NDArray[np.intp]] = []
    boxes: list[Four] = []
    for at in order:
        box = around[at]
        last = next((k for k in range(len(made) - 1, max(-1, len(made) - 9), -1) if _inside_gap(box, boxes[k])), None)
        if last is None:
            boxes.append(box)
            made.append(pieces[at])
            continue
        both = np.concatenate([made[last], pieces[at]])
        made[last] = both[np.argsort(places[both, 0], kind="stable")]
        boxes[last] = _union(boxes[last], box)
    return made


def _inside_gap(one: Four, other: Four) -> bool:
    """Whether one of two boxes of a line lies within the other."""
    low, high = sorted((one[3] - one[1], other[3] - other[1]))
    if min(one[3], other[3]) - max(one[1], other[1]) < 0.6 * low or high > 1.6 * low:
        return False
    return (other[0] <= one[0] and one[2] <= other[2]) or (one[0] <= other[0] and other[2] <= one[2])


def _union(one: Four, other: Four) -> Four:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


def _upright(boxes: Floats, turn: int, size: tuple[float, float]) -> Floats:
    import numpy as np

    return np.stack(upright(boxes[:, 0], boxes[:, 1], boxes[:, 2], boxes[:, 3], turn, size), axis=1) if turn else boxes


def _words(text_page: Any, characters: Characters, piece: NDArray[np.intp], places: Floats) -> Words | None:
    """The words of a run of visible characters; white space between them is one space."""
    import numpy as np

    place, codes = places[piece], characters.codes[piece]
    heights = place[:, 3] - place[:, 1]
    usual, base = float(np.median(heights)), float(np.median(place[:, 3]))
    raised = (heights < 0.85 * usual) & (place[:, 3] < base - 0.18 * usual)
    text, keep = _spaced(characters, piece, places, usual)
    if raised.any() or _special(codes):
        symbols = frozenset(
            at for at in piece[(codes >= 0xF020) & (codes < 0xF0FF)].tolist() if _is_symbol(text_page, at)
        )
        text, keep = _spelled(text, keep, frozenset(piece[raised].tolist()), symbols)
    if not text:
        return None
    boxes = np.full((len(text), 4), np.nan, dtype=np.float32)
    middles = np.full(len(text), np.nan, dtype=np.float32)
    here = keep >= 0
    boxes[here] = characters.boxes[keep[here]]
    middles[here] = (places[keep[here], 0] + places[keep[here], 2]) / 2
    size, bold = _font(text_page, [int(piece[0]), int(piece[len(piece) // 2])])
    left, right = float(place[:, 0].min()), float(place[:, 2].max())
    return Words(text, boxes, middles, left, base - usual, right, base, size, bold)


def _spaced(
    characters: Characters, piece: NDArray[np.intp], places: Floats, usual: float
) -> tuple[str, NDArray[np.intp]]:
    """The characters with their places in the page, with a space where white space of some width stands between."""
    import numpy as np

    after = np.flatnonzero(np.diff(piece) != 1)
    if len(after):
        blank = np.minimum(piece[after] + 1, len(places) - 1)
        printed = (places[blank, 3] > places[blank, 1]) & (not characters.tight) & ~_visible(characters.codes[blank])
        # A font that stands in for one that the file does not bring is wider: its letters reach into the spaces.
        ends = np.where(printed, np.minimum(places[piece[after], 2], places[blank, 0]), places[piece[after], 2])
        room = places[piece[after + 1], 0] - ends
        least = np.where(printed, _SPACE, _GUESSED_SPACE + 0.08 * characters.tight)
        wide = room > least * usual
        after, blank = after[wide], np.where(printed, blank, -1)[wide]
        keep = np.insert(piece, after + 1, blank)
        codes = np.insert(characters.codes[piece], after + 1, 32)
    else:
        keep, codes = piece, characters.codes[piece]
    return string(codes), keep


def _special(codes: Whole) -> bool:
    """Whether there are characters that are not stored as they are."""
    return bool(
        ((codes >= 0xD800) & (codes <= 0xF8FF)).any()
        | ((codes >= 0xFB00) & (codes <= 0xFB04)).any()
        | ((codes >= 0x2E80) & (codes <= 0x2FDF)).any()
        | (codes >= 0xFFFE).any()
    )


def _spelled(
    text: str, keep: NDArray[np.intp], raised: Container[int], symbols: Container[int]
) -> tuple[str, NDArray[np.intp]]:
    """Raised digits as such, ligatures as their letters, two halves of a character as one, Symbol's signs."""
    import numpy as np

    made: list[str] = []
    rows: list[int] = []
    for at, (character, row) in enumerate(zip(text, keep.tolist(), strict=True)):
        if row in raised:
            degree = character == "0" and text[at + 1 : at + 2] in ("C", "F")
            whole = "°" if degree else character.translate(_RAISED)
        elif row in symbols:
            sign = _SYMBOLS.get(ord(character), "\0")
            whole = character if sign == "\0" else sign
        else:
            whole = _character(text, at)
        made += whole
        rows += [row] * len(whole)
    return "".join(made), np.array(rows, dtype=np.intp)


def _character(text: str, at: int) -> str:
    code = ord(text[at])
    if 0xD800 <= code < 0xDC00:
        low = ord(text[at + 1]) if at + 1 < len(text) else 0
        return chr(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)) if 0xDC00 <= low < 0xE000 else "\ufffd"
    if 0xDC00 <= code < 0xE000 or code in (0xFFFE, 0xFFFF):
        return ""
    if 0x2E80 <= code <= 0x2FDF:  # radicals that stand for the character itself
        return unicodedata.normalize("NFKC", text[at])
    return _LIGATURES.get(code, text[at])


def _is_symbol(text_page: Any, at: int) -> bool:
    name = _font_name(text_page, at)
    return "symbol" in name and "segoe" not in name


def _font_name(text_page: Any, at: int) -> str:
    import pypdfium2.raw as raw

    name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
    raw.FPDFText_GetFontInfo(text_page.raw, at, name, 128, ctypes.byref(flags))
    return name.value.decode("utf-8", "replace").lower()


def _font(text_page: Any, places: list[int]) -> tuple[float, bool]:
    """Size in points and boldness: that of two places in the words."""
    import pypdfium2.raw as raw

    sizes, bold = [], True
    for at in places:
        matrix = raw.FS_MATRIX()
        raw.FPDFText_GetMatrix(text_page.raw, at, ctypes.byref(matrix))
        scale = max(abs(matrix.c), abs(matrix.d), abs(matrix.a) * 0.5) or 1.0
        sizes.append(raw.FPDFText_GetFontSize(text_page.raw, at) * scale)
        heavy = raw.FPDFText_GetFontWeight(text_page.raw, at) >= 600
        bold = bold and (heavy or any(one in _font_name(text_page, at) for one in _BOLD))
    return round(max(sizes), 1), bold
