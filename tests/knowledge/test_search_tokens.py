"""Terms: codes, numbers, Chinese and English as index and question see them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.knowledge.search.stem import stem
from assay.knowledge.search.tokens import LONGEST_QUERY, index_terms, normalised, query_terms


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("反应釜 T-1203A", ["#t1203a", "#t1203", "1203a", "1203", "反应釜"]),
        ("6204-2RS1", ["#62042rs1", "6204", "2rs1"]),
        ("按 GB/T 3766-2015 执行", ["#gbt37662015", "#gbt3766", "3766"]),
        ("ISO 10816-3", ["#iso108163", "#iso10816"]),
        ("报警 E-401，阀 XV-101B", ["#e401", "401", "#xv101b", "#xv101"]),
        ("PT 101A failed", ["#pt101a", "#pt101"]),
        ("0.45MPa", ["0.45", "0.45mpa", "mpa"]),
        ("85 ℃ at 1,000 r/min", ["85°c", "1000", "1000r/min"]),
        ("Ｐ－２０１Ａ", ["#p201a"]),
        ("離心泵閥門洩漏", ["离心泵", "阀门", "泄漏"]),
        ("The bearings were vibrating", ["bear", "vibrat"]),
    ],
)
def test_terms_of_a_text(text: str, wanted: list[str]) -> None:
    assert set(wanted) <= set(index_terms(text))


def test_a_code_is_found_however_it_is_typed() -> None:
    indexed = set(index_terms("检查 T-1203A 与 GB/T 3766"))
    for typed in ("T1203A", "t-1203a", "T-1203", "GBT3766", "gb/t3766"):
        whole = [term.text for term in query_terms(typed) if term.text.startswith("#")]
        assert whole and whole[0] in indexed, typed


def test_a_code_weighs_more_than_a_word_and_asking_words_nothing() -> None:
    weights = {term.text: term.weight for term in query_terms("P-101 的轴承温度是多少")}
    assert weights["#p101"] > weights["轴承"] > weights["轴"]
    assert not any("多少" in term for term in weights)
    assert [term.text for term in query_terms("怎么办")]  # nothing else is in it, so it counts


@pytest.mark.parametrize(
    "family",
    [
        ("trip", "trips", "tripped", "tripping"),
        ("bearing", "bearings"),
        ("seal", "seals", "sealed", "sealing"),
        ("leak", "leaks", "leaking", "leaked", "leakage"),
        ("vibrate", "vibrates", "vibrated", "vibrating", "vibration", "vibrations"),
        ("valve", "valves"),
        ("lubricate", "lubrication", "lubricated"),
        ("assembly", "assemblies"),
        ("replace", "replaced", "replacement", "replaces"),
    ],
)
def test_forms_of_a_word_have_one_stem(family: tuple[str, ...]) -> None:
    assert len({stem(word) for word in family}) == 1


def test_different_words_keep_different_stems() -> None:
    words = [
        "gas",
        "gasket",
        "press",
        "pressure",
        "speed",
        "spring",
        "string",
        "process",
        "bus",
        "motor",
        "mode",
        "need",
    ]
    assert len({stem(word) for word in words}) == len(words)


@pytest.mark.parametrize("text", ["", "   ", "？！。，、", "...", "\0", "\ud800", "🔥🔥", "\u200b"])
def test_a_text_without_words_has_no_terms(text: str) -> None:
    assert query_terms(text) == [] == index_terms(text)


def test_only_the_beginning_of_an_endless_question_counts() -> None:
    assert query_terms("泵" * LONGEST_QUERY + "独一无二") == query_terms("泵" * LONGEST_QUERY)


@given(st.text(max_size=200))
def test_any_text_gives_terms_and_the_same_again(text: str) -> None:
    assert index_terms(text) == index_terms(text)
    assert normalised(normalised(text)) == normalised(text) or not text.isascii()
    assert all(term.weight > 0 for term in query_terms(text))
