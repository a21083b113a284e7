"""Fits what tells a library block from a request: ``python -m benchmarks.plc_blocks_fit [--write]``.

Three things are learned from the request sets and from ``said.jsonl`` (requests that people made up for each block, and
others that ask for a little more than it does): the words of served requests and how much may be left over beside them
(``served.json``, for machines without an embedder), which block a sentence embedding means, and how far to trust that
(``meaning.json``). Every request is judged by classifiers that were fitted without its fold; printed is what would be
released at each threshold. It flatters the sets with which the words of blocks were mended: a set that is written
afterwards tells. ``--write`` fits all of them into the package.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from assay.skills.plc.blocks import choosing, finding, leftover, meaning
from assay.skills.plc.blocks.block import blocks
from assay.skills.plc.blocks.filling import read_parameters
from assay.skills.plc.blocks.leftover import Served, features, terms
from assay.skills.plc.blocks.meaning import Meaning
from benchmarks.about import about
from benchmarks.plc_blocks import SETS

C = 0.3
OTHER = 0.3
"""Weight of a request of a set in the house's own wordings."""
LEAST = 0.8
"""Least share from which a block is released by words alone."""
SENSE_C = 20.0
TREES, RATE, PART = 300, 0.08, 0.5
"""Trees of two levels, what each counts, and the part of the requests that each sees."""
CHOSEN, AGREED, ASKED = 0.8, 0.6, 0.4
"""A block is chosen from the first probability on, from the second on where its words alone would choose it too, and
asked about from the third on."""
FOLDS = 5
SHORT, PAIRED = 160, 8
"""Requests of at most so many code points are put together, one of so many of them."""
THRESHOLDS = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9)


@dataclass(frozen=True, slots=True)
class Request:
    """A request with the block that it wants (None: none). ``group`` keeps together what is said alike."""

    folder: str
    text: str
    wanted: str | None
    group: str

    @property
    def fold(self) -> int:
        """The same for all of a group."""
        return zlib.crc32(self.group.encode()) % FOLDS


def main() -> None:
    """Fit, print, and perhaps write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plc_blocks_fit", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write served.json and meaning.json into the package")
    options = parser.parse_args()
    paths = sorted(SETS.glob("*.jsonl"))
    made = [one for path in paths for one in requests(path)]
    made += doubled(made)
    learn(made)
    held = [one for fold in range(FOLDS) for one in judged(made, fold)]
    raw = {"trust": fit_trust(held)}
    print(json.dumps({"about": about(paths), "requests": len(made), "left_out": table(held)}, ensure_ascii=False))
    if options.write:
        folder = Path(leftover.__file__).parent
        _write(folder / "served.json", fit_words(made))
        _write(folder / "meaning.json", {**fit_sense(made), **raw})


def requests(path: Path) -> list[Request]:
    """The requests of one file. What one person made for one block in two languages is often the same in both."""
    found, places = [], Counter[tuple[Any, ...]]()
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            one = json.loads(line)
            key = (one.get("by"), one["block"], one.get("near"), one["request"].isascii())
            group = (
                f"{one.get('by')} {one['block'] or one.get('near')} {places[key]}" if "by" in one else one["request"]
            )
            places[key] += 1
            found.append(Request(path.stem, one["request"], one["block"], group))
    return found


def doubled(made: Sequence[Request]) -> list[Request]:
    """Requests that ask for two blocks at once, which neither of them answers: every ``PAIRED``-th short one with the
    next of its fold and language."""
    pairs = []
    for fold in range(FOLDS):
        for plain in (True, False):
            short = [one for one in made if one.folder == "said" and one.wanted is not None and one.fold == fold
                     and one.text.isascii() is plain and len(one.text) <= SHORT]  # fmt: skip
            for first, second in zip(short[::PAIRED], short[PAIRED // 2 :: PAIRED], strict=False):
                if first.wanted != second.wanted:
                    text = f"{first.text.rstrip('.。')}{'. ' if plain else '。'}{second.text}"
                    pairs.append(Request("doubled", text, None, first.group))
    return pairs


_VECTORS: dict[str, Any] = {}


def learn(made: Sequence[Request]) -> None:
    """Embed all requests once."""
    texts = list(dict.fromkeys(_said(one.text) for one in made)) + _told()[0]
    _VECTORS.update(zip(texts, meaning.vectors(texts), strict=True))


def _vector(text: str) -> Any:
    return _VECTORS[_said(text)]


def _said(text: str) -> str:
    """A request as it is embedded."""
    return " ".join(_read(text).said.split())


@cache
def _read(text: str) -> finding.Asked:
    return finding.read(text)


def _told() -> tuple[list[str], list[str]]:
    """What blocks say of themselves, as requests for them."""
    texts = [(text, one.id) for one in blocks() for text in (*one.title.values(), *one.about.values())]
    return [text for text, _ in texts], [block for _, block in texts]


# --- which block is meant ---


def fit_sense(made: Sequence[Request]) -> dict[str, Any]:
    """The linear classifier over embeddings, from the requests that a block serves."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    served = [one for one in made if one.wanted is not None]
    told, of = _told()
    rows = np.array([_vector(one.text) for one in served] + [_VECTORS[text] for text in told], dtype=np.float64)
    mean = np.array([_vector(one.text) for one in made]).mean(axis=0)
    fitted = LogisticRegression(C=SENSE_C, max_iter=1000).fit(
        (rows - mean) * meaning.SCALE, [one.wanted for one in served] + of
    )
    weights = {name: _rounded(row) for name, row in zip(fitted.classes_, fitted.coef_, strict=True)}
    return {"blocks": weights, "bias": _rounded(fitted.intercept_), "mean": _rounded(mean, 5)}


def _rounded(values: Any, places: int = 3) -> list[float]:
    return [round(float(one), places) for one in values]


# --- whether it does all that is asked for ---


@dataclass(frozen=True, slots=True)
class Held:
    """A request judged without its fold: the likeliest block, whether it is the wanted one, and the features."""

    request: Request
    block: str
    right: bool
    row: tuple[float, ...]


def judged(made: Sequence[Request], fold: int) -> list[Held]:
    """The requests of a fold by what the others taught."""
    others = [one for one in made if one.fold != fold]
    sense = meaning.meaning_of(fit_sense(others))
    served = Served(words_of(others))
    return [_judged(one, sense, served) for one in made if one.fold == fold]


def _judged(one: Request, sense: Meaning, served: Served) -> Held:
    asked = _read(one.text)
    found = choosing.likely(asked, sense.probabilities(_vector(one.text)))
    filled = read_parameters(found.block, one.text)
    row = choosing.features(asked, found, served, amounts=(float(bool(filled.unused)), float(bool(filled.unclear))))
    return Held(one, found.block.id, found.block.id == one.wanted, row)


def fit_trust(held: Sequence[Held]) -> dict[str, Any]:
    """The trees over the features of ``choosing``."""
    import numpy as np
    from sklearn.ensemble import GradientBoostingClassifier

    rows, labels = np.array([one.row for one in held]), np.array([one.right for one in held])
    fitted = GradientBoostingClassifier(
        n_estimators=TREES, learning_rate=RATE, subsample=PART, max_depth=2, random_state=0
    ).fit(rows, labels)
    trees = [_tree(one[0].tree_, 0) for one in fitted.estimators_]
    base = float(np.log(labels.mean() / (1 - labels.mean())))
    return {"base": round(base, 5), "trees": trees, "least": CHOSEN, "agreed": AGREED, "ask": ASKED}


def _tree(tree: Any, at: int) -> Any:
    """A fitted tree as nested lists (see ``choosing.Node``)."""
    low, high = int(tree.children_left[at]), int(tree.children_right[at])
    if low == high:
        return round(RATE * float(tree.value[at][0][0]), 5)
    return [int(tree.feature[at]), round(float(tree.threshold[at]), 5), _tree(tree, low), _tree(tree, high)]


def table(held: Sequence[Held]) -> dict[str, Any]:
    """By set, of the requests with and without a block: right, another block and none's released at each threshold,
    by a regression that has not seen their fold."""
    found: dict[str, Any] = {}
    for name in sorted({one.request.folder for one in held}):
        mine = [one for one in held if one.request.folder == name]
        with_block = [one for one in mine if one.request.wanted is not None]
        found[name] = {"served": len(with_block), "others": len(mine) - len(with_block),
                       "first": sum(one.right for one in with_block)}  # fmt: skip
    for fold in range(FOLDS):
        trust = choosing.trust_of(fit_trust([one for one in held if one.request.fold != fold]))
        for one in (each for each in held if each.request.fold == fold):
            for least in THRESHOLDS:
                counts = found[one.request.folder].setdefault(str(least), [0, 0, 0])
                if trust.probability(one.row) >= least:
                    counts[0 if one.right else 2 if one.request.wanted is None else 1] += 1
    return found


# --- by words alone ---


def public(one: Request) -> bool:
    """Whether a request is in a wording that is not the house's own."""
    return "_real" in one.folder or one.folder == "said"


def words_of(made: Sequence[Request]) -> dict[str, dict[str, int]]:
    """In how many requests of each wanted block each word stands."""
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for one in made:
        if one.wanted is not None:
            counted[one.wanted].update(terms(_read(one.text).said))
    return {block: dict(words) for block, words in sorted(counted.items())}


def fit_words(made: Sequence[Request]) -> dict[str, Any]:
    """Words of served requests, and the regression over what is left, from the requests whose words name a block."""
    served = Served(words_of(made))
    found = [(one, block.id) for one in made if (block := finding.named(_read(one.text))[0]) is not None]
    rows = [features(_read(one.text).said, block, served, known=int(block == one.wanted)) for one, block in found]
    weight = [1.0 if public(one) else OTHER for one, _ in found]
    weights, bias = _regression(rows, [block == one.wanted for one, block in found], C, weight)
    words = {block: dict(sorted(words.items())) for block, words in served.words.items()}
    return {"words": words, "weights": weights, "bias": bias, "least": LEAST}


def _regression(
    rows: Sequence[Sequence[float]], labels: Sequence[bool], c: float, weight: Sequence[float] | None = None
) -> tuple[list[float], float]:
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    matrix = np.array(rows)
    mean, spread = matrix.mean(axis=0), matrix.std(axis=0) + 1e-9
    fitted = LogisticRegression(C=c, max_iter=3000).fit((matrix - mean) / spread, labels, sample_weight=weight)
    weights = fitted.coef_[0] / spread
    return _rounded(weights, 5), round(float(fitted.intercept_[0] - weights @ mean), 5)


def _write(path: Path, made: dict[str, Any]) -> None:
    path.write_text(
        json.dumps(made, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
