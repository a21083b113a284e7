"""Chinese characters on a machine that has no font for them: in pages, and in charts.

The source is Noto Sans SC Regular (SIL Open Font License 1.1, see ``fonts/OFL.txt``), cut to GB 2312's 6,763
characters and punctuation. Characters outside it fall back to the reader's fonts.
"""

from __future__ import annotations

import base64
import io
import tempfile
from functools import cache
from importlib import resources
from pathlib import Path

FAMILY = "Assay Han"
_FIRST_WIDE = 0x2E80  # below it are scripts and marks that every machine can show


def han(text: str) -> str:
    """The characters of a text that a machine may be unable to show, each once, in order."""
    return "".join(sorted({c for c in text if ord(c) >= _FIRST_WIDE}))


def font_face(text: str) -> str:
    """A CSS rule that embeds the characters of ``text``, about 200 bytes each; nothing where it needs none.

    The family must stand first in the page's font list: behind a system font, browsers keep the boxes that they drew
    before it was loaded. Its range leaves everything else to the fonts behind it.
    """
    characters = han(text)
    if not characters:
        return ""
    data = base64.b64encode(_cut(characters)).decode("ascii")
    return (
        f'@font-face{{font-family:"{FAMILY}";src:url(data:font/woff;base64,{data}) format("woff");'
        f"font-display:block;unicode-range:U+{_FIRST_WIDE:X}-10FFFF}}"
    )


@cache
def chart_fonts() -> tempfile.TemporaryDirectory[str]:
    """The whole font as a file in a folder for a chart renderer; the folder is gone when the process ends."""
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    folder = tempfile.TemporaryDirectory(prefix="assay-fonts-")
    font = TTFont(io.BytesIO(_source()))
    font.flavor = None
    font.save(Path(folder.name) / "NotoSansSC.otf")
    return folder


@cache
def _source() -> bytes:
    return resources.files(__package__).joinpath("fonts", "NotoSansSC-GB2312.woff").read_bytes()


def _cut(characters: str) -> bytes:
    from fontTools import subset  # type: ignore[import-untyped]

    options = subset.Options(flavor="woff", hinting=False, layout_features=[], notdef_outline=True)
    font = subset.load_font(io.BytesIO(_source()), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=characters)
    subsetter.subset(font)
    out = io.BytesIO()
    font.flavor = "woff"
    font.save(out)
    return out.getvalue()
