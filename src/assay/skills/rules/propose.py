"""Proposals for clauses that the grammar did not read: a model chooses one of the tests that code found in the words.

Fields and limits are those that stand in the sentence; the model names a letter and nothing else. What it chose is a
proposal without conditions: it says so, and a person who confirms it has to name it.
"""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from assay.kernel.context import RunContext
from assay.kernel.errors import ModelError
from assay.kernel.evidence import EvidenceKind, content_hash
from assay.kernel.ports import LanguageModel, Message
from assay.kernel.prompts import LETTERS, quoted
from assay.kernel.texts import Lang, text
from assay.knowledge.orders import without_orders
from assay.skills.rules.grammar import words_en, words_zh
from assay.skills.rules.grammar.build import BLANKS, NUMBERED, Stop, compared, negated, plain
from assay.skills.rules.grammar.limits_en import name_en
from assay.skills.rules.grammar.limits_zh import name_zh
from assay.skills.rules.grammar.quantities import quantity_at
from assay.skills.rules.notation import write_test
from assay.skills.rules.rule import Limit, Name, Op, Part, Rule, Test, Unread

TIMEOUT = 60.0
_FIELDS, _LIMITS = 5, 4
_SPLIT_ZH = re.compile(
    r"[，；。：、（）]|不?应|不?宜|不得|必须|当|时(?!间)|如|若|且|在|后|保证|确保"
    r"|不?(?:大|小|高|低|少|多)于|不?超过|不?达到"
)
_SPLIT_EN = re.compile(
    r"[,;:()]|\b(?:shall|should|must|where|when|if|unless|except|and|or|be|is|are|not|than|exceeds?|have|has|with"
    r"|so that|stays?|remains?|kept|held|below|above|at least|at most|more|less|to)\b",
    re.I,
)


def candidates(one: Unread) -> list[Test]:
    """Tests that may be meant: every field that stands in the words with every comparison and limit that does."""
    words = NUMBERED.sub("", plain(without_orders(one.quote)))
    words = BLANKS.sub("", words) if one.lang == "zh" else words
    names = _names(words, one.lang)
    found = []
    for op, limits in _comparisons(words, one.lang):
        for name in names:
            try:
                found.append(compared(name, op, limits, words))
            except Stop:
                continue
    unique = list(dict.fromkeys(found))
    return unique[: len(LETTERS) - 1]


def _names(words: str, lang: Lang) -> list[Name]:
    split, start, read = (
        (_SPLIT_ZH, words_zh.property_start, name_zh) if lang == "zh" else (_SPLIT_EN, words_en.property_start, name_en)
    )
    found = []
    for piece in split.split(words):
        piece = piece.strip()
        if piece and len(piece) <= 60 and not re.search(r"\d", piece) and _has_property(piece, lang, start(piece)):
            found.append(read(piece))
    return list(dict.fromkeys(found))[:_FIELDS]


def _has_property(piece: str, lang: Lang, start: int) -> bool:
    """Whether the words name something that is measured, at their end or before "of" and the like."""
    if start < len(piece):
        return True
    return lang == "en" and words_en.PROPERTY.search(name_en(piece).property) is not None


def _comparisons(words: str, lang: Lang) -> list[tuple[Op, tuple[Limit, ...]]]:
    compare, ops = (words_zh.COMPARE, words_zh.OPS) if lang == "zh" else (words_en.COMPARE, words_en.OPS)
    found: list[tuple[Op, tuple[Limit, ...]]] = []
    for match in compare.finditer(words):
        read = quantity_at(words, match.end())
        if read is None or read.signed or len(read.limits) != 1:
            continue
        op = ops[match["word"].lower()]
        before = words[: match.start()]
        minus = bool(match["minus"]) or re.search(r"(?:不应|不得|不宜|\bnot)\s?(?:be\s)?$", before) is not None
        found.append((negated(op, words) if minus else op, read.limits))
    return found[:_LIMITS]


@dataclass(slots=True)
class Proposer:
    """Asks a model about unread clauses within one run; every choice is recorded as evidence."""

    model: LanguageModel
    context: RunContext

    async def propose(self, unread: Sequence[Unread]) -> list[Rule]:
        """A rule for each clause for which the model chose a test, with origin ``model``. A model that fails is no
        proposal."""
        found = []
        for one in unread:
            tests = candidates(one)
            chosen = await self._choose(one, tests) if tests else None
            if chosen is not None:
                found.append(_rule(one, chosen))
        return found

    async def _choose(self, one: Unread, tests: Sequence[Test]) -> Test | None:
        lang = self.context.lang
        labels = [*map(write_test, tests), text("rules.propose_none", lang)]
        letters = LETTERS[: len(labels)]
        options = [f"{letter}. {label}" for letter, label in zip(letters, labels, strict=True)]
        question = [
            text("rules.propose_task", lang),
            quoted(without_orders(one.quote), 1000),
            *options,
            text("kernel.agent_letter", lang),
        ]
        messages = [Message("system", text("rules.propose_rules", lang)), Message("user", "\n".join(question))]
        limit = min(TIMEOUT, self.context.budget.seconds_left())
        try:
            async with asyncio.timeout(limit):
                result = await self.model.choose(messages, tuple(letters), timeout=limit)
        except (ModelError, TimeoutError):
            return None
        self.context.budget.spend(result.tokens)
        logs = [result.log_probabilities.get(letter, -math.inf) for letter in letters]
        best = max(range(len(logs)), key=lambda i: logs[i])
        self.context.record(
            EvidenceKind.CHOICE,
            "rules.choice",
            {"quote": one.quote, "options": labels},
            {"chosen": labels[best], "scored": result.scored, "model": self.model.name, "digest": self.model.digest},
        )
        return None if best == len(tests) else tests[best]


def _rule(one: Unread, test: Test) -> Rule:
    words = content_hash([one.place.document, one.clause, one.quote, list(one.context)])[:6]
    return Rule(
        id=f"{one.clause or 'r'}-{words}-model",
        clause=one.clause,
        place=one.place,
        lang=one.lang,
        quote=one.quote,
        context=one.context,
        parts=(Part(test=test),),
        origin="model",
    )
