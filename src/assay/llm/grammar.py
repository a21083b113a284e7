"""JSON schemas for a grammar engine: what engines choke on is taken out, and checked afterwards in code.

A grammar steers a model; it does not prove its output. Long repetitions blow a grammar up (near 2,000 they have ended
the process), a ``\\s`` inside a character class has switched a whole pattern off without a word, and some keywords are
not implemented. So the grammar gets a simpler schema, and ``parse`` checks the text against the full one.
"""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Mapping
from typing import Any

from assay.kernel.errors import ModelError

#: Longest string and array bounds that still go into the grammar.
LONGEST_TEXT = 200
MOST_ITEMS = 32

_NOTES = frozenset({"title", "description", "default", "examples", "$comment", "deprecated", "readOnly", "writeOnly"})
_UNSUPPORTED = frozenset(
    {"format", "uniqueItems", "not", "if", "then", "else", "dependentRequired", "dependentSchemas", "contains"}
    | {"minContains", "maxContains", "propertyNames", "unevaluatedProperties", "unevaluatedItems", "multipleOf"}
    | {"contentEncoding", "contentMediaType", "contentSchema", "minProperties", "maxProperties", "$schema", "$id"}
)
_BOUNDS = {"maxLength": LONGEST_TEXT, "minLength": LONGEST_TEXT, "maxItems": MOST_ITEMS, "minItems": MOST_ITEMS}
_MAPS = ("properties", "$defs", "definitions", "patternProperties")
_LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
_REPEAT = re.compile(r"\{(\d*)(?:,(\d*))?\}")


def simplify(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema as a grammar may have it: at least as permissive as the original."""
    out: dict[str, Any] = {}
    for key, value in schema.items():
        if key in _NOTES or key in _UNSUPPORTED:
            continue
        if key in _BOUNDS and (not isinstance(value, int) or value > _BOUNDS[key]):
            continue
        if key == "pattern" and not (isinstance(value, str) and pattern_is_safe(value)):
            continue
        out[key] = _simplify_part(key, value)
    return out


def _simplify_part(key: str, value: Any) -> Any:
    if key in _MAPS and isinstance(value, Mapping):
        return {name: _simplify_any(part) for name, part in value.items()}
    if key in _LISTS and isinstance(value, list):
        return [_simplify_any(part) for part in value]
    if key in ("items", "additionalProperties"):
        return _simplify_any(value)
    return value  # enum, const, required, type, $ref, numbers: data, not schemas


def _simplify_any(part: Any) -> Any:
    return simplify(part) if isinstance(part, Mapping) else part


def pattern_is_safe(pattern: str) -> bool:
    """Whether engines read a pattern as Python does: no class escapes, no look-around, no long repetition."""
    if re.search(r"\\[sSdDwWbBpPAZzkuxc0-9]|\(\?|[*+?}][?+]", pattern):
        return False
    for low, high in _REPEAT.findall(pattern):
        if max(int(low or 0), int(high or 0)) > LONGEST_TEXT:
            return False
    return True


def parse(text: str, schema: Mapping[str, Any]) -> Any:
    """The value that ``text`` holds, checked against the full schema. Raises ModelError when it breaks it."""
    validator = importlib.import_module("jsonschema").Draft202012Validator
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except ValueError as error:
        raise ModelError("llm.not_json", reason=_short(error), start=_short(text)) from error
    failure = next(iter(validator(dict(schema)).iter_errors(value)), None)
    if failure is not None:
        where = "/".join(str(step) for step in failure.absolute_path) or "/"
        raise ModelError("llm.broke_schema", where=where, reason=_short(failure.message))
    return value


def _no_constant(name: str) -> float:
    """NaN and Infinity are not JSON."""
    raise ValueError(f"{name} is not JSON")


def _short(value: object) -> str:
    line = " ".join(str(value).split())
    return line if len(line) <= 120 else line[:119] + "…"
