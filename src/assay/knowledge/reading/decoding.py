"""Bytes to text: UTF-8, UTF-16 and UTF-32 by their mark, GB18030 by validity and by how common its characters are.

A decoder that accepts the bytes proves little: GB18030 gives a character for nearly every pair. So a text counts as
Chinese only if most of what is not ASCII lies where Chinese writing does: the first level of GB 2312 (3,755 characters
in daily use) and its rows of signs, and, as Korean lies there too, only if enough of it are characters that every
Chinese text on plants is full of.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from assay.kernel.errors import InputError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: Bytes that are looked at to tell what they are.
_SAMPLE = 400_000
_COMMON = 0.7
_EVERYDAY = frozenset(
    "的一是在不了有和人这中大为上个以要时来用们生到作地于出会可下而对分也后里行所然家方多经之进同制定如成动现性好机发能关开启停止检"
    "查水油气电泵阀温度压力流量液位速转轴承管道路设备系统操作运规程安全应必须得禁严按将与及或其由从当每小月年日第章条表图号值表高低"
    "正常常故障报警处理维修护保养更换装拆加注入出口内外前后左右上下始终确认位置状态信号参数设置控工艺料产品质量标准要求范围大小长"
    "名称序说明备注原因措施班组负责部门员记录时间无法是否接线路断合闸门体热冷风空重新点次级数部件使相连台单元化"
)
#: Of twenty Chinese characters or more at least this share is in everyday use.
_EVERYDAY_SHARE = 0.2
#: What a Western text in cp1252 has of single high bytes: signs, quotes, dashes, and letters with marks.
_WESTERN = re.compile(rb"[\x85\x91-\x97\xa0\xa3\xa7\xa9\xae\xb0-\xb3\xb5\xb7\xb9\xbc-\xbe\xc0-\xff]")
_HIGH = re.compile(rb"[\x80-\xff]+")
#: Control characters that no text has (tab, line breaks, form feed and escape are kept out of this list).
_CONTROL = re.compile(r"[\x01-\x08\x0e-\x1a\x1c-\x1f]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text without its mark, with line breaks as ``\\n``. ``notes`` are keys of this room's texts."""

    text: str
    encoding: str
    notes: tuple[str, ...] = ()


def decode(data: bytes, name: str) -> Decoded:
    """The text of ``data``. Raises InputError where no known encoding gives sensible text: never a guess in silence."""
    notes: list[str] = []
    raw, encoding = _raw(data, notes)
    if raw is None or len(_CONTROL.findall(raw[:_SAMPLE])) + raw[:_SAMPLE].count("\0") > len(raw[:_SAMPLE]) * 0.02:
        raise InputError("reading.undecodable", name=name)
    if "\0" in raw:
        raw = raw.replace("\0", " ")
        notes.append("nulls")
    if "\r" in raw:
        raw = raw.replace("\r\n", "\n").replace("\r", "\n")
    return Decoded(raw, encoding, tuple(notes))


def _raw(data: bytes, notes: list[str]) -> tuple[str | None, str]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            body = data[len(mark) :] if encoding == "utf-8" else data
            return _whole(body, encoding, notes), encoding
    if (wide := _without_mark(data)) is not None:
        return wide
    text = _whole(data, "utf-8", notes)
    if text is not None:
        return text, "utf-8"
    if _common_share(data[:_SAMPLE]) >= _COMMON:
        text = _whole(data, "gb18030", notes)
        if text is not None and _reads_as_chinese(text[:_SAMPLE]):
            return text, "gb18030"
    runs = _HIGH.findall(data[:_SAMPLE])
    alone = [run for run in runs if len(run) == 1 and _WESTERN.match(run)]
    if len(alone) >= 0.9 * len(runs) and sum(map(len, runs)) <= 0.15 * min(len(data), _SAMPLE):
        notes.append("western")
        return data.decode("cp1252", "replace"), "cp1252"
    return None, ""


def _whole(data: bytes, encoding: str, notes: list[str]) -> str | None:
    """Decoded strictly; a last character that was cut off is left out and said."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        if len(data) - error.start > 3 or error.start < 4:
            return None
        try:
            text = data[: error.start].decode(encoding)
        except UnicodeDecodeError:
            return None
        notes.append("cut_off")
        return text


def _without_mark(data: bytes) -> tuple[str, str] | None:
    """UTF-16 without its mark: every second byte of an ASCII part is zero."""
    sample = data[: min(len(data), 4000) & ~1]
    if len(sample) < 8:
        return None
    for encoding, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[0::2])):
        if zeros.count(0) >= 0.3 * len(zeros) and sample.count(0) <= 1.05 * zeros.count(0):
            try:
                return data.decode(encoding), encoding
            except UnicodeDecodeError:
                return None
    return None


def _common_share(data: bytes) -> float:
    """Share of the pairs that lie in GB 2312's signs and first level, among all that are not ASCII."""
    common = total = 0
    at, size = 0, len(data)
    while at + 1 < size:
        lead = data[at]
        if lead < 0x80:
            at += 1
            continue
        trail = data[at + 1]
        total += 1
        if 0x30 <= trail <= 0x39 and at + 3 < size:  # a character of four bytes
            at += 4
            continue
        common += trail >= 0xA1 and (0xA1 <= lead <= 0xA3 or 0xB0 <= lead <= 0xD7 or lead == 0xA6)
        at += 2
    return common / total if total else 0.0


def _reads_as_chinese(text: str) -> bool:
    """Whether enough of the Chinese characters are in everyday use; a few of them prove nothing."""
    characters = [char for char in text if "\u4e00" <= char <= "\u9fff"]
    return len(characters) < 20 or sum(char in _EVERYDAY for char in characters) >= _EVERYDAY_SHARE * len(characters)
