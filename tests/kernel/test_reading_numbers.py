"""What a careful reader sees in zh and en sentences."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.kernel.moments import moments
from assay.kernel.numbers import normalise, scan
from assay.kernel.numerals import chinese_number, english_number


def read(text: str) -> list[tuple[Any, ...]]:
    """Sign, value and unit of each quantity (its first reading), and the codes."""
    quantities, codes = scan(normalise(text), ["kPa gauge"])
    found: list[tuple[Any, ...]] = []
    for q in quantities:
        first = q.readings[0]
        found.append((q.start, f"{q.sign}{(first.mantissa.scaleb(first.power)):f}", first.unit))
    found += [(code.start, code.text) for code in codes]
    return [entry[1:] for entry in sorted(found)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("rose to -1,234.50 kPa gauge", [("-1234.50", "kPa gauge")]),
        ("１２．５％", [("12.5", "%")]),
        ("3-5 kPa", [("3", "kPa"), ("5", "kPa")]),
        ("3~5%", [("3", "%"), ("5", "%")]),
        ("3至5小时", [("3", "h"), ("5", "h")]),
        ("between 3 and 5 kPa", [("3", ""), ("5", "kPa")]),
        ("-3 - -5 °C", [("-3", "°C"), ("-5", "°C")]),
        ("1.2万吨", [("12000", "t")]),
        ("三百二十千克每小时", [("320", "kg/h")]),
        ("一万二", [("12000", "")]),
        ("零点五", [("0.5", "")]),
        ("约两成", [("20", "%")]),
        ("三成半", [("35", "%")]),
        ("百分之五", [("5", "%")]),
        ("百分之负3.5", [("-3.5", "%")]),
        ("半小时", [("0.5", "h")]),
        ("一个半小时", [("1.5", "h")]),
        ("负三度，零下5℃", [("-3", "°C"), ("-5", "°C")]),
        ("三千帕", [("3", "kPa")]),
        ("十分重要，十分钟后", [("10", "min")]),
        ("二氧化碳 统一 一个原因 完成 万一 进一步", []),
        ("两个原因", [("2", "")]),
        ("2.5e-3 bar, 2×10⁵ Pa", [("0.0025", "bar"), ("200000", "Pa")]),
        ("three hundred and twenty", [("320", "")]),
        ("twenty-one valves, twice, no one", [("21", ""), ("2", "")]),
        ("minus 3 °C", [("-3", "°C")]),
        ("12 kPa/s", [("12", "kPa/s")]),
        ("XMEAS_9, XMV_10, T-1203A, IDV4, CO2", [("XMEAS_9",), ("XMV_10",), ("T-1203A",), ("IDV4",), ("CO2",)]),
        ("2oo3 voting", [("2oo3",)]),
        ("５ｋＰａ", [("5", "kPa")]),
        ("±0.5 mm", [("±0.5", "mm")]),
        ("٣ and ५", [("3", ""), ("5", "")]),
        ("5 minutes", [("5", "min")]),
        ("", []),
    ],
)
def test_quantities_and_codes(text: str, found: list[tuple[Any, ...]]) -> None:
    assert read(text) == found


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("2026-01-05 14:30+08:00", [{"year": 2026, "month": 1, "day": 5, "hour": 14, "minute": 30}]),
        ("2026-01-05T14:30:09Z", [{"year": 2026, "month": 1, "day": 5, "hour": 14, "minute": 30, "second": 9}]),
        ("2026年1月5日下午三点半", [{"year": 2026, "month": 1, "day": 5, "hour": 15, "minute": 30}]),
        ("1月5日14时30分", [{"month": 1, "day": 5, "hour": 14, "minute": 30}]),
        ("at 2:30 pm on 5 Jan 2026", [{"hour": 14, "minute": 30}, {"day": 5, "month": 1, "year": 2026}]),
        ("January 5th at 14:30", [{"month": 1, "day": 5, "hour": 14, "minute": 30}]),
        ("12 am", [{"hour": 0}]),
        ("三点五，零点五，3点", []),
        ("9:5, 1.5, 2026", []),
    ],
)
def test_moments(text: str, fields: list[dict[str, int]]) -> None:
    found = [dict(moment.fields) for moment in moments(normalise(text))]
    assert sorted(map(str, (sorted(one.items()) for one in found))) == sorted(
        map(str, (sorted(one.items()) for one in fields))
    )


def _chinese(value: int) -> str:
    """The usual numeral, written independently of the reader."""
    digits, units = "零一二三四五六七八九", ["", "十", "百", "千"]

    def section(part: int) -> str:
        out, zero = "", False
        for i in range(3, -1, -1):
            digit = part // 10**i % 10
            if digit:
                out += ("零" if zero and out else "") + digits[digit] + units[i]
                zero = False
            else:
                zero = True
        return out

    high, low = divmod(value, 10000)
    if not high:
        return section(low) or "零"
    return section(high) + "万" + ("零" if 0 < low < 1000 else "") + section(low)


@given(st.integers(0, 99_999_999))
def test_every_chinese_numeral_reads_back(value: int) -> None:
    assert chinese_number(_chinese(value)) == value


@given(st.floats(-1e9, 1e9), st.integers(0, 6), st.booleans())
def test_every_printed_number_reads_back(value: float, decimals: int, thousands: bool) -> None:
    shown = f"{value:,.{decimals}f}" if thousands else f"{value:.{decimals}f}"
    (quantity,) = scan(f"is {shown} kPa")[0]
    (reading,) = quantity.readings
    signed = -reading.mantissa if quantity.sign == "-" else reading.mantissa
    assert signed == Decimal(shown.replace(",", "")) and reading.decimals == decimals and reading.unit == "kPa"


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    plain = normalise(text)
    assert len(plain) == len(text)
    quantities, codes = scan(plain)
    spans = [(one.start, one.end) for one in [*quantities, *codes, *moments(plain)]]
    assert all(0 <= start < end <= len(text) for start, end in spans)


def test_english_numbers() -> None:
    assert english_number("two thousand and five") == 2005
    assert english_number("two point five") == Decimal("2.5")
