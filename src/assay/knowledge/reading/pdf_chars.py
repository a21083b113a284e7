"""The characters of a PDF page with their places, and the words that they make."""

from __future__ import annotations

import ctypes
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from assay.knowledge.reading.structure_words import Words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

T = TypeVar("T", Any, float)
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
_BLANK = frozenset((*range(33), 0x7F, 0xA0, 0x200B, 0xFEFF, 0x3000, *range(0x2000, 0x200B)))
#: A hyphen at the end of a line as PDFium tells it, and the soft hyphen where it is printed.
_HYPHENS = {0x02: 0x2D, 0xFFFE: 0x2D, 0xAD: 0x2D}
_RAISED = str.maketrans("0123456789+-−()noO", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿ°°")


@dataclass(frozen=True, slots=True)
class Frame:
    """How a page's own coordinates become points from the top left of the page as it is shown."""

    left: float
    bottom: float
    right: float
    top: float
    turn: int  # degrees clockwise

    @property
    def size(self) -> tuple[float, float]:
        """Width and height as shown."""
        width, height = self.right - self.left, self.top - self.bottom
        return (height, width) if self.turn % 180 else (width, height)

    def shown(self, boxes: Floats) -> Floats:
        """Rows of left, bottom, right, top in the page's coordinates as left, top, right, bottom as shown."""
        import numpy as np

        return np.stack(self.place(*boxes.T), axis=1).astype(np.float32)

    def place(self, x0: T, y0: T, x1: T, y1: T) -> tuple[T, T, T, T]:
        """Left, bottom, right, top in the page's coordinates as left, top, right, bottom as shown."""
        match self.turn % 360:
            case 90:
                return y0 - self.bottom, x0 - self.left, y1 - self.bottom, x1 - self.left
            case 180:
                return self.right - x1, y0 - self.bottom, self.right - x0, y1 - self.bottom
            case 270:
                return self.top - y1, self.right - x1, self.top - y0, self.right - x0
            case _:
                return x0 - self.left, self.top - y1, x1 - self.left, self.top - y0


def frame_of(page: Any) -> Frame:
    """The frame of a pypdfium2 page: its crop box inside its media box, and its rotation."""
    media, crop = page.get_mediabox(), page.get_cropbox()
    left, bottom = max(media[0], crop[0]), max(media[1], crop[1])
    right, top = min(media[2], crop[2]), min(media[3], crop[3])
    if right <= left or top <= bottom:
        left, bottom, right, top = media
    return Frame(left, bottom, right, top, page.get_rotation())


@dataclass(frozen=True, slots=True)
class Characters:
    """A page's characters in the order of its content: code points, boxes as shown, and the turn (0 to 3 quarters
    clockwise) in which each is upright; ``damaged`` counts those whose code the file does not say, ``tight`` that
    the boxes are those of the ink and not of the line."""

    codes: list[int]
    boxes: Floats
    turns: list[int]
    damaged: int
    tight: bool


def characters_of(text_page: Any, frame: Frame) -> Characters:
    """Read the characters of a pypdfium2 text page."""
    import numpy as np
    import pypdfium2.raw as raw

    handle, count = text_page.raw, text_page.count_chars()
    box = raw.FS_RECTF()
    place = ctypes.byref(box)
    loose, unicode = raw.FPDFText_GetLooseCharBox, raw.FPDFText_GetUnicode
    codes, rows, turned = [], [], []
    for at in range(count):
        codes.append(_HYPHENS.get(code := unicode(handle, at), code))
        loose(handle, at, place)
        rows.append((box.left, box.bottom, box.right, box.top))
        if box.right <= box.left or box.top <= box.bottom:
            turned.append(at)
    boxes = np.array(rows, dtype=np.float32).reshape(-1, 4)
    turns = [0] * count
    for at in turned:
        if codes[at] > 32:
            boxes[at], turns[at] = _turned(raw, handle, at)
    quarter = (frame.turn // 90) % 4
    turns = [(turn + quarter) % 4 for turn in turns]
    damaged = sum(raw.FPDFText_HasUnicodeMapError(handle, at) == 1 for at in range(0, count, 7)) * 7
    inside = _inside(frame.shown(boxes), frame.size)
    return Characters(
        [c if ok else 0 for c, ok in zip(codes, inside, strict=True)],
        frame.shown(boxes),
        turns,
        damaged,
        2 * len(turned) > count,
    )


def _inside(boxes: Floats, size: tuple[float, float]) -> list[bool]:
    """Which characters can be seen: not those outside of the crop box."""
    import numpy as np

    middle_x, middle_y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    seen: list[bool] = (
        np.isfinite(boxes).all(axis=1)
        & (middle_x >= -1)
        & (middle_x <= size[0] + 1)
        & (middle_y >= -1)
        & (middle_y <= size[1] + 1)
    ).tolist()
    return seen


def _turned(raw: Any, handle: Any, at: int) -> tuple[tuple[float, float, float, float], int]:
    """The tight box of a turned character, widened to its line, and its quarters clockwise."""
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    raw.FPDFText_GetCharBox(handle, at, *(ctypes.byref(one) for one in (left, right, bottom, top)))
    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharOrigin(handle, at, ctypes.byref(x), ctypes.byref(y))
    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(handle, at, ctypes.byref(matrix))
    scale = max(abs(matrix.a), abs(matrix.b), abs(matrix.c), abs(matrix.d)) or 1.0
    size = raw.FPDFText_GetFontSize(handle, at) * scale
    up, down = 0.8 * size, 0.2 * size
    if abs(matrix.b) > abs(matrix.a):
        if matrix.b > 0:  # runs upwards: turned a quarter counter-clockwise
            return (x.value - up, bottom.value, x.value + down, top.value), 3
        return (x.value - down, bottom.value, x.value + up, top.value), 1
    if matrix.a < 0:
        return (left.value, y.value - up, right.value, y.value + down), 2
    return (left.value, y.value - down, right.value, y.value + up), 0


def words_of(text_page: Any, characters: Characters, size: tuple[float, float]) -> list[list[Words]]:
    """The words of a page, one list for each turn in which there are some, that with the most first.

    The places of turned words are in the frame in which they are upright.
    """
    import numpy as np

    groups: dict[int, list[int]] = {}
    for at, turn in enumerate(characters.turns):
        if characters.codes[at]:
            groups.setdefault(turn, []).append(at)
    if len(groups) > 1:  # white space has no turn of its own: it goes with the most
        groups = {t: g for t, g in groups.items() if any(characters.codes[at] > 32 for at in g)} or groups
    result = []
    for turn, members in sorted(groups.items(), key=lambda one: (-len(one[1]), one[0])):
        places = _upright(characters.boxes, turn, size)
        pieces = _pieces(characters, members, places.tolist())
        made = [_words(text_page, characters, np.array(piece), places) for piece in pieces]
        result.append([one for one in made if one is not None])
    return [one for one in result if one]


def upright(x0: T, y0: T, x1: T, y1: T, turn: int, size: tuple[float, float]) -> tuple[T, T, T, T]:
    """A box as shown in the frame in which text that is turned by ``turn`` quarters clockwise stands upright."""
    width, height = size
    match turn:
        case 1:
            return y0, width - x1, y1, width - x0
        case 2:
            return width - x1, height - y1, width - x0, height - y0
        case 3:
            return height - y1, x0, height - y0, x1
        case _:
            return x0, y0, x1, y1


def _upright(boxes: Floats, turn: int, size: tuple[float, float]) -> Floats:
    import numpy as np

    return np.stack(upright(boxes[:, 0], boxes[:, 1], boxes[:, 2], boxes[:, 3], turn, size), axis=1) if turn else boxes


def _pieces(characters: Characters, members: list[int], places: list[list[float]]) -> Iterator[list[int]]:
    """Runs of characters in one line without a wide gap, in the order of the content."""
    piece: list[int] = []
    last: list[float] | None = None
    for at in members:
        if characters.codes[at] in _BLANK:
            if piece:
                piece.append(at)
            continue
        here = places[at]
        if last is not None:
            low = min(here[3] - here[1], last[3] - last[1])
            shared = min(here[3], last[3]) - max(here[1], last[1])
            gap = here[0] - last[2]
            tall = max(here[3] - here[1], last[3] - last[1])
            if shared < 0.3 * low or gap > _WIDE_GAP * tall or gap < -1.5 * tall:
                yield piece
                piece = []
        piece.append(at)
        last = here
    if piece:
        yield piece


def _words(text_page: Any, characters: Characters, piece: Any, places: Floats) -> Words | None:
    import numpy as np

    codes = [characters.codes[at] for at in piece]
    heights = places[piece, 3] - places[piece, 1]
    seen = [i for i, code in enumerate(codes) if code not in _BLANK]
    if not seen:
        return None
    usual = float(np.median(heights[seen]))
    base = float(np.median(places[piece[seen], 3]))
    text, keep = [], []
    last, guessed = seen[0], _GUESSED_SPACE + 0.08 * characters.tight
    for i in seen:
        printed = i > last + 1 and heights[last + 1] > 0
        room = places[piece[i], 0] - places[piece[last], 2]
        if i > last + 1 and room > (_SPACE if printed else guessed) * usual:
            text.append(" ")
            keep.append(last + 1 if printed else -1)
        last = i
        character = _character(codes, i)
        if heights[i] < 0.85 * usual and places[piece[i], 3] < base - 0.18 * usual:
            degree = character == "0" and i + 1 < len(codes) and chr(codes[i + 1]) in "CF"
            character = "°" if degree else character.translate(_RAISED)
        for one in character:
            text.append(one)
            keep.append(i)
    if not text:
        return None
    boxes = np.full((len(text), 4), np.nan, dtype=np.float32)
    middles = np.full(len(text), np.nan, dtype=np.float32)
    rows = np.array(keep)
    at = piece[rows[rows >= 0]]
    boxes[rows >= 0] = characters.boxes[at]
    middles[rows >= 0] = (places[at, 0] + places[at, 2]) / 2
    place = places[piece[seen]]
    low, high = place.min(axis=0), place.max(axis=0)
    size, bold = _font(text_page, [int(piece[seen[0]]), int(piece[seen[len(seen) // 2]])])
    return Words("".join(text), boxes, middles, float(low[0]), base - usual, float(high[2]), base, size, bold)


def _character(codes: list[int], at: int) -> str:
    code = codes[at]
    if 0xD800 <= code < 0xDC00 and at + 1 < len(codes):
        low = codes[at + 1]
        return chr(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)) if 0xDC00 <= low < 0xE000 else "\ufffd"
    if 0xDC00 <= code < 0xE000 or code in (0xFFFE, 0xFFFF) or code > 0x10FFFF:
        return ""
    known = _SYMBOLS.get(code, "\0")
    if known != "\0":
        return known
    if 0x2E80 <= code <= 0x2FDF:  # radicals that stand for the character itself
        return unicodedata.normalize("NFKC", chr(code))
    return _LIGATURES.get(code, chr(code))


_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl"}
_BOLD = ("bold", "black", "heavy", "demi", "hei", "黑")


def _font(text_page: Any, places: list[int]) -> tuple[float, bool]:
    """Size in points and boldness: that of two places in the words."""
    import pypdfium2.raw as raw

    sizes, bold = [], True
    name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
    for at in places:
        matrix = raw.FS_MATRIX()
        raw.FPDFText_GetMatrix(text_page.raw, at, ctypes.byref(matrix))
        scale = max(abs(matrix.c), abs(matrix.d), abs(matrix.a) * 0.5) or 1.0
        sizes.append(raw.FPDFText_GetFontSize(text_page.raw, at) * scale)
        raw.FPDFText_GetFontInfo(text_page.raw, at, name, 128, ctypes.byref(flags))
        words = name.value.decode("utf-8", "replace").lower()
        bold = bold and (raw.FPDFText_GetFontWeight(text_page.raw, at) >= 600 or any(one in words for one in _BOLD))
    return round(max(sizes), 1), bold
