"""A small text room for the kernel's tests, and evidence to point at."""

from __future__ import annotations

from typing import Any

import pytest

from assay.kernel.evidence import Evidence, EvidenceKind

TEXTS: dict[str, dict[str, str]] = {
    "rise": {
        "en": "{tag} rose by {change} to {level} at {time}, {share} of its range, over {count} samples.",
        "zh": "{time}，{tag} 上升 {change} 至 {level}，占量程的 {share}，共 {count} 个样本。",
    },
    "cause": {"en": "the cause is {cause}, not {other}.", "zh": "原因是{cause}，而不是{other}。"},
    "plain": {"en": "{tag} is at {level}.", "zh": "{tag} 为 {level}。"},
    "maybe": {"en": "Probably", "zh": "可能"},
    "idv4": {"en": "cooling water inlet temperature (stream 12)", "zh": "冷却水入口温度（物流 12）"},
}


def texts(key: str, lang: str = "en", /, **params: object) -> str:
    """Texts of the tests, in the shape of ``kernel.texts.text``."""
    return TEXTS[key][lang].format(**params)


def make_evidence(value: Any, **changes: Any) -> Evidence:
    """A computed piece of evidence."""
    fields: dict[str, Any] = {
        "kind": EvidenceKind.COMPUTATION,
        "producer": "test.tool",
        "version": "1",
        "inputs": {},
        "run": "run_test",
    }
    return Evidence.make(**{**fields, **changes}, value=value)


@pytest.fixture
def made() -> Any:
    """``make_evidence`` for tests that cannot import this file."""
    return make_evidence


@pytest.fixture
def test_texts() -> Any:
    """``texts`` for tests that cannot import this file."""
    return texts
