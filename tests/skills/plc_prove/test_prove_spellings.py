"""Properties in other people's spellings mean the same as in ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from assay.kernel.errors import InputError
from assay.skills.plc.front.source import Source
from assay.skills.plc.prove.property import ALIASES, parse_properties, properties_in

SCHEMA = json.loads((Path(__file__).parents[3] / "docs/schemas/plc-properties.schema.json").read_text("utf-8"))
SAME: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"kind": "mutual_exclusion", "when": "A", "then": "B"}, {"kind": "exclusive", "of": ["A", "B"]}),
    ({"kind": "mutex", "of": ["A", "B"]}, {"kind": "exclusive", "of": ["A", "B"]}),
    ({"kind": "response_within", "when": "A", "then": "B", "within": "T#2s"},
     {"kind": "response", "when": "A", "then": "B", "within": {"time": "T#2s"}}),
    ({"kind": "held_for", "when": "A", "then": "B", "for": {"scans": 3}},
     {"kind": "held", "when": "A", "then": "B", "for": {"scans": 3}}),
    ({"kind": "stays_for", "when": "A", "then": "B", "for": {"time": 500}},
     {"kind": "stays", "when": "A", "then": "B", "for": {"time": "500ms"}}),
]  # fmt: skip


@pytest.mark.parametrize(("other", "ours"), SAME, ids=[one["kind"] for one, _ in SAME])
def test_another_spelling_means_the_same(other: dict[str, Any], ours: dict[str, Any]) -> None:
    assert parse_properties([other]) == parse_properties([ours])
    jsonschema.validate([other], SCHEMA)
    jsonschema.validate([ours], SCHEMA)


def test_case_and_hyphens_do_not_matter_and_nothing_else_is_guessed() -> None:
    (one,) = parse_properties([{"kind": "Mutual-Exclusion", "of": ["A", "B"]}])
    assert one.kind == "exclusive"
    for bad in ("exclusiv", "", None, 3, ["mutex"]):
        with pytest.raises(InputError):
            parse_properties([{"kind": bad, "of": ["A", "B"]}])
    with pytest.raises(InputError):
        parse_properties([{"kind": "response", "when": "A", "then": "B", "within": "soon"}])


def test_comments_and_the_schema_know_every_spelling() -> None:
    (one,) = properties_in(Source("a.st", "//@ mutual_exclusion A, B\n"))
    assert one.kind == "exclusive" and one.of == ("A", "B")
    assert set(ALIASES) <= set(SCHEMA["$defs"]["property"]["properties"]["kind"]["enum"])
