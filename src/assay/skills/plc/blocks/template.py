"""Fills a block's template: ``${NAME}`` is a value, ``%for i in 1..N`` up to ``%end`` repeats lines (``${i}`` counts;
``N..2`` counts down, and ``${i_before}`` is one less), and ``%list Out`` as the value of a property gives
``[Out1, Out2, ...]``. Values are literals that were checked before, so nothing of a user's text becomes code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_FOR = re.compile(r"\s*%for (\w+) in (?:1\.\.(\w+)|(\w+)\.\.2)\s*$")
_END = re.compile(r"\s*%end\s*$")
_HOLE = re.compile(r"\$\{(\w+)\}")


def fill(template: str, values: Mapping[str, str]) -> str:
    """The text with every hole filled. Raises KeyError for a hole without a value: a fault of the block."""
    done: list[str] = []
    lines = iter(template.splitlines())
    for line in lines:
        loop = _FOR.match(line)
        if loop is None:
            done.append(_holes(line, values))
            continue
        body: list[str] = []
        for inner in lines:
            if _END.match(inner):
                break
            body.append(inner)
        up = range(1, int(values[loop[2] or loop[3]]) + 1)
        for count in up if loop[2] else reversed(up[1:]):
            holes = {**values, loop[1]: str(count), f"{loop[1]}_before": str(count - 1)}
            done.extend(_holes(one, holes) for one in body)
    return "\n".join(done) + "\n"


def fill_value(value: Any, values: Mapping[str, str], count: int) -> Any:
    """A property or a test with the holes of its texts filled."""
    if isinstance(value, str):
        if value.startswith("%list "):
            return [f"{value[6:]}{i}" for i in range(1, count + 1)]
        return _holes(value, values)
    if isinstance(value, Mapping):
        return {key: fill_value(one, values, count) for key, one in value.items()}
    if isinstance(value, list):
        return [fill_value(one, values, count) for one in value]
    return value


def _holes(line: str, values: Mapping[str, str]) -> str:
    return _HOLE.sub(lambda hole: values[hole[1]], line)
