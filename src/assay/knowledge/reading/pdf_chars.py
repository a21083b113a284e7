"""The characters of a PDF page with their places, and the words that they make."""

from __future__ import annotations

import ctypes
import unicodedata
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from assay.knowledge.reading.structure_words import Words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Whole = NDArray[np.int32]

T = TypeVar("T", Any, float)
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
    """A page's characters in the order of its content: code points (0 for one that cannot be seen), boxes as shown, and
    the turn (0 to 3 quarters clockwise) in which each is upright.

    ``damaged`` counts those whose code the file does not say, ``tight`` says that the boxes are those of the ink, not
    of the line.
    """

    codes: Whole
    boxes: Floats
    turns: Whole
    damaged: int
    tight: bool

    @property
    def text(self) -> str:
        """The characters in their order, as the file says them."""
        return _string(self.codes[self.codes > 0])


def _string(codes: Whole) -> str:
    return codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")


def characters_of(text_page: Any, frame: Frame) -> Characters:
    """Read the characters of a pypdfium2 text page."""
    import numpy as np
    import pypdfium2.raw as raw

    handle, count = text_page.raw, text_page.count_chars()
    codes = _codes(raw, handle, count)
    rectangles = (raw.FS_RECTF * count)()
    loose = raw.FPDFText_GetLooseCharBox
    for at, rectangle in enumerate(rectangles):
        loose(handle, at, rectangle)
    boxes = np.frombuffer(rectangles, dtype=np.float32).reshape(-1, 4).copy() if count else np.empty((0, 4), np.float32)
    boxes = boxes[:, [0, 3, 2, 1]]  # from left, top, right, bottom
    turns = np.zeros(count, dtype=np.int32)
    flat = (boxes[:, 2] <= boxes[:, 0]) | (boxes[:, 3] <= boxes[:, 1])
    for at in np.flatnonzero(flat & (codes > 32)).tolist():
        boxes[at], turns[at] = _turned(raw, handle, at)
    turns = (turns + frame.turn // 90) % 4
    damaged = sum(raw.FPDFText_HasUnicodeMapError(handle, at) == 1 for at in range(0, count, 7)) * 7
    shown = frame.shown(boxes)
    codes[~_inside(shown, frame.size)] = 0
    return Characters(codes, shown, turns, damaged, bool(2 * flat.sum() > count))


def _codes(raw: Any, handle: Any, count: int) -> Whole:
    """The code points of all characters: at one go where each is one code unit, else one by one."""
    import numpy as np

    codes: Whole
    buffer = (ctypes.c_ushort * (count + 1))()
    if count and raw.FPDFText_GetText(handle, 0, count, buffer) == count + 1:
        codes = np.frombuffer(bytes(buffer), dtype=np.uint16)[:count].astype(np.int32)
    else:
        codes = np.array([raw.FPDFText_GetUnicode(handle, at) for at in range(count)], dtype=np.int64).astype(np.int32)
    for old, new in _HYPHENS.items():
        codes[codes == old] = new
    return codes


def _inside(boxes: Floats, size: tuple[float, float]) -> NDArray[np.bool_]:
    """Which characters can be seen: not those outside of the crop box."""
    import numpy as np

    middle_x, middle_y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    within = (middle_x >= -1) & (middle_x <= size[0] + 1) & (middle_y >= -1) & (middle_y <= size[1] + 1)
    return within & np.isfinite(boxes).all(axis=1)


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


def _words(text_page: Any, characters: Characters, piece: NDArray[np.intp], places: Floats) -> Words | None:
    """The words of a run of visible characters; white space between them is one space."""
    import numpy as np

    place, codes = places[piece], characters.codes[piece]
    heights = place[:, 3] - place[:, 1]
    usual, base = float(np.median(heights)), float(np.median(place[:, 3]))
    raised = (heights < 0.85 * usual) & (place[:, 3] < base - 0.18 * usual)
    text, keep = _spaced(characters, piece, places, usual)
    if raised.any() or _special(codes):
        text, keep = _spelled(text, keep, frozenset(piece[raised].tolist()))
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
        room = places[piece[after + 1], 0] - places[piece[after], 2]
        least = np.where(printed, _SPACE, _GUESSED_SPACE + 0.08 * characters.tight)
        wide = room > least * usual
        after, blank = after[wide], np.where(printed, blank, -1)[wide]
        keep = np.insert(piece, after + 1, blank)
        codes = np.insert(characters.codes[piece], after + 1, 32)
    else:
        keep, codes = piece, characters.codes[piece]
    return _string(codes), keep


def _special(codes: Whole) -> bool:
    """Whether there are characters that are not stored as they are."""
    return bool(
        ((codes >= 0xD800) & (codes <= 0xF8FF)).any()
        | ((codes >= 0xFB00) & (codes <= 0xFB04)).any()
        | ((codes >= 0x2E80) & (codes <= 0x2FDF)).any()
        | (codes >= 0xFFFE).any()
    )


def _spelled(text: str, keep: NDArray[np.intp], raised: Container[int]) -> tuple[str, NDArray[np.intp]]:
    """Raised digits as such, ligatures as their letters, two halves of a character as one."""
    import numpy as np

    made: list[str] = []
    rows: list[int] = []
    for at, (character, row) in enumerate(zip(text, keep.tolist(), strict=True)):
        if row in raised:
            degree = character == "0" and text[at + 1 : at + 2] in ("C", "F")
            whole = "°" if degree else character.translate(_RAISED)
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
    symbol = _SYMBOLS.get(code, "\0")
    return symbol if symbol != "\0" else _LIGATURES.get(code, text[at])


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
