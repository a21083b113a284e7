"""Every text of the room exists in both languages, with the same placeholders, and every key in the code exists."""

from __future__ import annotations

import re
import string
from pathlib import Path

import assay.llm
from assay.kernel.texts import catalogue

ROOM = Path(assay.llm.__file__).parent
SOURCES = [*ROOM.glob("*.py"), ROOM.parent / "cli" / "llm.py"]
USED = {key for source in SOURCES for key in re.findall(r'"llm\.([a-z_]+)"', source.read_text(encoding="utf-8"))}
BUILT = {f"state_{name}" for name in ("ready", "assemble", "missing", "configured", "off")} | {
    f"tool_{name}{end}" for name in ("investigate", "read", "alarms", "compare", "simulate") for end in ("", "_example")
}


def placeholders(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field}


def test_both_languages_say_the_same_with_the_same_values() -> None:
    english, chinese = catalogue("llm", "en"), catalogue("llm", "zh")
    assert english.keys() == chinese.keys()
    for key, text in english.items():
        assert placeholders(text) == placeholders(chinese[key]), key


def test_every_key_exists_and_is_used() -> None:
    assert catalogue("llm", "en").keys() == USED | BUILT
