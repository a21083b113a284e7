"""What numbers and texts mean as times, for both executors."""

from __future__ import annotations

#: Nanoseconds that a number counts, by the type.
UNIT_NS = {
    "TIME": 1_000_000, "LTIME": 1, "TOD": 1_000_000, "LTOD": 1, "DATE": 1_000_000_000, "LDATE": 1,
    "DT": 1_000_000_000, "LDT": 1,
}  # fmt: skip
TIME_KINDS = ("time", "date", "tod", "dt")
DAY_NS = 86_400_000_000_000

#: What stands before ``#`` in a text.
PREFIX = {"TIME": "T", "LTIME": "LTIME", "TOD": "TOD", "LTOD": "LTOD", "DATE": "D", "LDATE": "LD", "DT": "DT",
          "LDT": "LDT"}  # fmt: skip
