"""The questions and passages of the retrieval benchmark, whatever the set, as one shape."""

from __future__ import annotations

import json
import re
import unicodedata
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assay.knowledge.document import BlockKind, Span
from assay.knowledge.passage import Passage, Unit, UnitKind
from assay.knowledge.passages import cut
from assay.knowledge.sentences import language, sentences

CITED = Path(__file__).parent / "cited"
FRESH = Path(__file__).parent / "fresh"


@dataclass(frozen=True, slots=True)
class Question:
    """``gold``: for each piece of evidence the ids of the passages that hold it; one of them suffices."""

    id: str
    text: str
    kind: str
    gold: tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True)
class Set:
    """Passages to search among and questions with their evidence."""

    name: str
    passages: tuple[Passage, ...]
    questions: tuple[Question, ...]
    files: tuple[Path, ...]


def cmrc(folder: Path) -> Set:
    """CMRC2018: every paragraph is a passage, every question belongs to one."""
    path = folder / "dev.json"
    passages, questions = [], []
    for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            id = str(paragraph["id"])
            passages.append(_plain(id, paragraph["context"]))
            questions += [Question(str(qa["id"]), qa["question"], "zh", (frozenset([id]),)) for qa in paragraph["qas"]]
    return Set("cmrc", tuple(passages), tuple(questions), (path,))


def paraphrase(folder: Path, others: Sequence[Passage]) -> Set:
    """Twenty colloquial questions in each language against formal Chinese sentences among ``others``: a smoke test."""
    path = next(iter(sorted(folder.glob("*.json"))))
    rows = json.loads(path.read_text(encoding="utf-8"))
    passages = [_plain(f"paraphrase-{number:02}", row["passage"]) for number, row in enumerate(rows)]
    questions = [
        Question(f"{passage.id}-{lang}", row[lang], kind, (frozenset([passage.id]),))
        for lang, kind in (("zh", "zh"), ("en", "en>zh"))
        for passage, row in zip(passages, rows, strict=True)
    ]
    return Set("paraphrase20", (*passages, *others), tuple(questions), (path,))


def colloquial(folder: Path = CITED) -> Set:
    """Our own shop-floor questions, also across languages, over our own manuals as readers and ``cut`` give them."""
    from assay.knowledge.reading import read_file

    paths = sorted((folder / "corpus").glob("*.*"))
    passages: dict[str, list[Passage]] = {path.name: cut(read_file(path), path.name, "1") for path in paths}
    files = sorted(folder.glob("colloquial_*.jsonl"))
    everything = tuple(passage for name in passages for passage in passages[name])
    return Set("colloquial", everything, _asked(files, passages), (*paths, *files))


def fresh(split: str, folder: Path = FRESH) -> Set:
    """Questions of one part ("dev", "frozen") over plants and machines of their own, among all of our own documents."""
    from assay.knowledge.reading import read_file

    others = colloquial()
    paths = sorted((folder / "corpus").glob("*.*"))
    passages: dict[str, list[Passage]] = {path.name: cut(read_file(path), path.name, "1") for path in paths}
    files = [folder / f"questions_{split}.jsonl"]
    everything = (*(passage for name in passages for passage in passages[name]), *others.passages)
    return Set(split, everything, _asked(files, passages), (*paths, *files))


def _asked(files: Sequence[Path], passages: Mapping[str, Sequence[Passage]]) -> tuple[Question, ...]:
    """The questions of files. Raises ValueError for one whose evidence stands in no passage."""
    questions = []
    for file in files:
        for row in map(json.loads, filter(str.strip, file.read_text(encoding="utf-8").splitlines())):
            gold = tuple(holding(passages.get(each["document"], []), each["quote"]) for each in row["gold"])
            there = {language("".join(p.text for p in passages[each["document"]][:5])) for each in row["gold"]}
            lang = row["lang"]
            kind = lang if lang in there else f"{lang}>{'en' if lang == 'zh' else 'zh'}"
            questions.append(Question(row["id"], row["question"], kind, gold))
    missing = [question.id for question in questions if not all(question.gold)]
    if missing:
        raise ValueError(f"evidence that stands in no passage: {missing}")
    return tuple(questions)


def without_surroundings(data: Set, half: int) -> Set:
    """The same set where every passage of one half (0 or 1) of the documents stands alone: a document of its own,
    without title, headings or lead, as notes and single sentences are."""
    bare = {"title": "", "headings": (), "clause": "", "lead": ""}
    passages = tuple(
        replace(passage, document=passage.id, **bare) if zlib.crc32(passage.document.encode()) % 2 == half else passage
        for passage in data.passages
    )
    return replace(data, passages=passages)


def cited(passages: Sequence[Passage], split: str, folder: Path = CITED) -> list[Question]:
    """The answerable questions of one half ("calibration", "test") of the set for cited answers, over ``passages``."""
    by_document: dict[str, list[Passage]] = {}
    for passage in passages:
        by_document.setdefault(passage.document, []).append(passage)
    out = []
    for file in sorted(folder.glob("questions_*.jsonl")):
        for row in map(json.loads, filter(str.strip, file.read_text(encoding="utf-8").splitlines())):
            wanted = row["expect"].get("gold", ()) if row["answerable"] and row["split"] == split else ()
            gold = tuple(holding(by_document.get(each["document"], []), each["quote"]) for each in wanted)
            if gold and all(gold):
                out.append(Question(row["id"], row["question"], row["lang"], gold))
    return out


def holding(passages: Sequence[Passage], quote: str) -> frozenset[str]:
    """The passages that hold a quote, or the half of it where it runs over their border."""
    wanted = squeezed(quote)
    exact = frozenset(passage.id for passage in passages if wanted in squeezed(f"{passage.lead}\n{passage.text}"))
    if exact or not wanted:
        return exact
    units = [(squeezed(unit.text), passage.id) for passage in passages for unit in passage.units]
    return frozenset(id for text, id in units if text and text in wanted and 2 * len(text) >= len(wanted))


def squeezed(text: str) -> str:
    """Without white space, table bars and differences of width."""
    return re.sub(r"[\s|]+", "", unicodedata.normalize("NFKC", text)).casefold()


def _plain(id: str, text: str) -> Passage:
    """A passage of one paragraph."""
    units = tuple(Unit(UnitKind.SENTENCE, text[a:b], (Span(1, a, b),)) for a, b in sentences(text))
    return Passage(id, id, "1", "", (), "", BlockKind.PARAGRAPH, language(text), units)
