"""The grammar: a sentence of a standard, Chinese or English, as parts of a rule, or the reason why it is not read.

Own work in the manner of public engineering standards. It never gives half a rule: what a sentence holds is read whole
or the sentence is unread.
"""

from __future__ import annotations

import re

from assay.kernel.errors import InputError
from assay.kernel.texts import Lang
from assay.skills.rules.grammar.build import Stop
from assay.skills.rules.notation import read_test, write_test
from assay.skills.rules.rule import Part, Test

MOST = 1000
"""Longer sentences are unread: no clause of one requirement needs more characters."""

__all__ = ["Stop", "language_of", "read_sentence"]


def language_of(text: str) -> Lang:
    """zh for a sentence with Chinese characters, else en."""
    return "zh" if re.search(r"[\u4e00-\u9fff]", text) else "en"


def read_sentence(text: str, lang: Lang | None = None) -> tuple[Part, ...]:
    """The requirements of one sentence. Raises Stop (reason and the words where it stopped)."""
    if len(text) > MOST:
        raise Stop("long")
    if (lang or language_of(text)) == "zh":
        from assay.skills.rules.grammar.zh import read_zh as read
    else:
        from assay.skills.rules.grammar.en import read_en as read
    parts = tuple(read(text))
    for part in parts:
        for test in (part.test, *(one for group in (*part.when, *part.unless) for one in group)):
            _writable(test)
    return parts


def _writable(test: Test) -> None:
    """What a person will read and confirm is the line: a test that its line does not say is not understood."""
    if not test.field.property:
        raise Stop("phrase", test.field.object)
    if any(limit.number is None and not limit.words for limit in test.limits):
        raise Stop("limit", str(test.field))  # a limit of an article alone
    try:
        if read_test(write_test(test)) == test:
            return
    except InputError:
        pass
    raise Stop("phrase", str(test.field))
