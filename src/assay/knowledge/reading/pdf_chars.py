"""The characters of a PDF page with their places."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Whole = NDArray[np.int32]

T = TypeVar("T", Any, float)
#: A hyphen at the end of a line as PDFium tells it, and the soft hyphen where it is printed.
_HYPHENS = {0x02: 0x2D, 0xFFFE: 0x2D, 0xAD: 0x2D}


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
        return string(self.codes[self.codes > 0])


def string(codes: Whole) -> str:
    """Code points as text."""
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
    for at in _beside_an_odd_step(boxes, codes).tolist():
        turns[at] = turns[at] or _quarters(raw, handle, at)
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


def _beside_an_odd_step(boxes: Floats, codes: Whole) -> Whole:
    """The visible characters from or to which the content does not go on to the right: those at a line's ends, and all
    of a line that is turned. Only they need to be asked for their matrix, which takes long for a whole page."""
    import numpy as np

    seen = np.flatnonzero(codes > 32)
    places = boxes[seen]
    middles, heights = (places[:, :2] + places[:, 2:]) / 2, places[:, 3] - places[:, 1]
    step = np.diff(middles, axis=0)
    odd = (step[:, 0] <= 0) | (np.abs(step[:, 1]) > 0.3 * np.maximum(heights[:-1], heights[1:]))
    beside = np.zeros(len(seen), dtype=np.bool_)
    beside[:-1] |= odd
    beside[1:] |= odd
    return seen[beside].astype(np.int32)


def _quarters(raw: Any, handle: Any, at: int) -> int:
    """The quarters clockwise by which a character is turned; 0 for one that stands at another angle."""
    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(handle, at, ctypes.byref(matrix))
    a, b = matrix.a, matrix.b
    if min(abs(a), abs(b)) > 0.1 * max(abs(a), abs(b)):
        return 0
    if abs(b) > abs(a):
        return 3 if b > 0 else 1
    return 2 if a < 0 and matrix.d < 0 else 0  # a mirrored one is not upside down


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
