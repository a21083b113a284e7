"""Schemas for grammars: simpler, never stricter, and the full schema afterwards."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from assay.kernel.errors import ModelError
from assay.llm.grammar import parse, pattern_is_safe, simplify

STEP: dict[str, Any] = {
    "title": "Step",
    "type": "object",
    "description": "anything \\s {5000}",
    "properties": {
        "format": {"type": "string", "description": "a property that is called like a keyword"},
        "why": {"type": "string", "maxLength": 2000, "minLength": 1},
        "tag": {"type": "string", "pattern": r"^[\s\w]+$"},
        "code": {"type": "string", "pattern": "^[A-Z]{2}-[0-9]{3}$", "maxLength": 6},
        "many": {"type": "array", "maxItems": 5000, "minItems": 1, "items": {"type": "string", "maxLength": 9999}},
        "one": {"oneOf": [{"const": "title"}, {"enum": [{"maxLength": 9000}]}]},
    },
    "required": ["why"],
    "additionalProperties": False,
}


def test_what_engines_choke_on_is_gone_and_the_rest_stays() -> None:
    simple = simplify(STEP)
    properties = simple["properties"]
    assert "title" not in simple and "description" not in simple
    assert properties["format"] == {"type": "string"}
    assert properties["why"] == {"type": "string", "minLength": 1}
    assert properties["tag"] == {"type": "string"}
    assert properties["code"] == {"type": "string", "pattern": "^[A-Z]{2}-[0-9]{3}$", "maxLength": 6}
    assert properties["many"] == {"type": "array", "minItems": 1, "items": {"type": "string"}}
    # Data is not a schema: constants and enumerations stay to the letter.
    assert properties["one"] == {"oneOf": [{"const": "title"}, {"enum": [{"maxLength": 9000}]}]}
    assert simple["required"] == ["why"] and simple["additionalProperties"] is False


@pytest.mark.parametrize(
    ("pattern", "safe"),
    [
        ("^[a-z]{1,20}$", True),
        (r"^XMEAS_[0-9]+$", True),
        (r"[\s]", False),
        (r"\d+", False),
        ("(?=a)", False),
        ("a{2000}", False),
        ("a{1,2000}", False),
        ("a{201,}", False),
        ("a+?", False),
    ],
)
def test_patterns(pattern: str, safe: bool) -> None:
    assert pattern_is_safe(pattern) is safe


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)
schemas = st.recursive(
    st.fixed_dictionaries(
        {}, optional={"type": st.sampled_from(["string", "integer", "boolean"]), "maxLength": st.integers(0, 400)}
    ),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "properties": st.dictionaries(st.sampled_from("abc"), inner, max_size=2),
            "items": inner,
            "anyOf": st.lists(inner, min_size=1, max_size=2),
            "maxItems": st.integers(0, 60),
            "not": inner,
            "format": st.just("date"),
        },
    ),
    max_leaves=5,
)


@given(schemas, json_values)
def test_simplified_schemas_are_never_stricter(schema: dict[str, Any], value: Any) -> None:
    if Draft202012Validator(schema).is_valid(value):
        assert Draft202012Validator(simplify(schema)).is_valid(value)


def test_parse_returns_what_fits() -> None:
    assert parse('{"why": "because"}', STEP) == {"why": "because"}


@pytest.mark.parametrize(
    "text",
    ["", "no json", '{"why": ""}', '{"why": "x", "extra": 1}', '{"why": NaN}', json.dumps({"why": "x" * 2001}), "[]"],
)
def test_parse_refuses_what_the_grammar_could_not_hold(text: str) -> None:
    with pytest.raises(ModelError):
        parse(text, STEP)
