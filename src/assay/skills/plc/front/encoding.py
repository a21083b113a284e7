"""Bytes of a source file to text: UTF-8 with and without BOM, UTF-16, GB18030, Latin-1 (as Windows-1252)."""

from __future__ import annotations

import codecs

#: Of the pairs of high bytes in GB18030 text, nearly all begin like this: punctuation and the common characters.
_COMMON = frozenset([0xA1, 0xA2, 0xA3, *range(0xB0, 0xD8)])
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def decode(data: bytes) -> tuple[str, str] | None:
    """The text and the name of its encoding; None when the bytes are no text. Ends of lines stay as they are."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            try:
                return data.decode(name), name
            except UnicodeDecodeError:
                return data.decode(name, "replace"), name
    if b"\0" in data:
        return _without_mark(data)
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    if _looks_chinese(data):
        try:
            return data.decode("gb18030"), "gb18030"
        except UnicodeDecodeError:
            pass
    return data.decode("cp1252", "replace") if _is_windows(data) else data.decode("latin-1"), "cp1252"


def encode(text: str, encoding: str) -> bytes:
    """The text in the encoding that :func:`decode` told; UTF-8 when it has characters that the encoding lacks."""
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return text.encode("utf-8")


def _without_mark(data: bytes) -> tuple[str, str] | None:
    """UTF-16 without a mark: every second byte of Latin text is zero."""
    even, odd = data[0:4000:2].count(0), data[1:4000:2].count(0)
    half = max(1, len(data[:4000]) // 2)
    for count, other, name in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if count > half * 0.4 and other == 0:
            try:
                return data.decode(name), name
            except UnicodeDecodeError:
                return None
    return None


def _looks_chinese(data: bytes) -> bool:
    """Whether most of the high bytes stand in pairs as in GB 2312; in German or French text they stand alone."""
    place, pairs, common = 0, 0, 0
    while place < len(data):
        if data[place] < 0x80:
            place += 1
            continue
        pairs += 1
        second = data[place + 1] if place + 1 < len(data) else 0
        common += data[place] in _COMMON and second >= 0xA1
        place += 2
    return pairs > 0 and common >= 0.6 * pairs


def _is_windows(data: bytes) -> bool:
    return any(0x80 <= one < 0xA0 for one in data)
