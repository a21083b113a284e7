"""Fits what a request may say beside a block: ``python -m benchmarks.plc_blocks_fit [--write]``.

Every request of the sets is given to the finder without its lists of what people ask for besides; where a block is
found, right or wrong, what it leaves of the request's words becomes features (``skills.plc.blocks.leftover``). Printed
is a leave-one-set-out table over the sets of public wordings. It flatters, because the words of blocks were mended with
these sets: a set that is written afterwards tells. ``--write`` fits all sets into the package.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from assay.skills.plc.blocks import finding, leftover
from assay.skills.plc.blocks.leftover import Served, features, terms
from assay.skills.plc.blocks.signs import wanted
from assay.skills.plc.blocks.spelling import repaired
from benchmarks.about import about
from benchmarks.plc_blocks import SETS

C = 0.3
OTHER = 0.3
"""Weight of a request of a set in the house's own wordings."""
LEAST = 0.8
"""Least share from which a block is released; of the fresh sets four to seven, each with the library as it was before
it, 0.8 kept 106 of 112 right blocks and released 9 wrong ones instead of 35."""
THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9)


@dataclass(frozen=True, slots=True)
class Request:
    """A request as the finder reads it, the block that it wants (None: none) and the one that the finder names without
    its lists."""

    folder: str
    text: str
    wanted: str | None
    found: str | None

    @property
    def right(self) -> bool:
        """Whether the found block is the wanted one."""
        return self.found == self.wanted


def main() -> None:
    """Fit, print, and perhaps write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plc_blocks_fit", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write served.json into the package")
    options = parser.parse_args()
    paths = sorted(SETS.glob("requests*.jsonl"))
    made = [one for path in paths for one in requests(path)]
    table = {name: left_out(made, name) for name in sorted({one.folder for one in made if public(one)})}
    fitted = fit(made)
    if options.write:
        target = Path(leftover.__file__).parent / "served.json"
        target.write_text(json.dumps(fitted, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(json.dumps({"about": about(paths), "requests": len(made), "left_out": table}, ensure_ascii=False))


def requests(path: Path) -> list[Request]:
    """The requests of one set, each with what the finder names when nothing holds it back."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    with (
        mock.patch.object(finding, "more", lambda *_: []),
        mock.patch.object(finding, "with_more", lambda _: []),
        mock.patch.object(finding, "leaves_little", lambda *_: True),
    ):
        found = [finding.choose(one["request"])[0] for one in lines]
    return [
        Request(path.stem, repaired(wanted(one["request"])), one["block"], None if block is None else block.id)
        for one, block in zip(lines, found, strict=True)
    ]


def public(one: Request) -> bool:
    """Whether a request is in a public wording."""
    return "_real" in one.folder


def words_of(made: Sequence[Request]) -> dict[str, dict[str, int]]:
    """In how many requests of each wanted block each word stands."""
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for one in made:
        if one.wanted is not None:
            counted[one.wanted].update(terms(one.text))
    return {block: dict(words) for block, words in sorted(counted.items())}


def fit(made: Sequence[Request]) -> dict[str, Any]:
    """Words and coefficients from the requests for which a block is found."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    served = Served(words_of(made))
    named = [one for one in made if one.found is not None]
    rows = np.array([features(one.text, str(one.found), served, known=int(one.right)) for one in named])
    labels = [one.right for one in named]
    weight = [1.0 if public(one) else OTHER for one in named]
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    fitted = LogisticRegression(C=C, max_iter=2000).fit((rows - mean) / spread, labels, sample_weight=weight)
    weights = fitted.coef_[0] / spread
    bias = float(fitted.intercept_[0] - weights @ mean)
    return {
        "words": {block: dict(sorted(words.items())) for block, words in served.words.items()},
        "weights": [round(float(one), 5) for one in weights],
        "bias": round(bias, 5),
        "least": LEAST,
    }


def left_out(made: Sequence[Request], name: str) -> dict[str, Any]:
    """Of one set, judged by a fit to the others: right blocks kept and wrong ones released at each threshold."""
    raw = fit([one for one in made if one.folder != name])
    mine = [one for one in made if one.folder == name and one.found is not None]
    counts: dict[str, Any] = {"right": sum(one.right for one in mine), "wrong": sum(not one.right for one in mine)}
    for least in THRESHOLDS:
        served = Served(raw["words"], raw["weights"], raw["bias"], least)
        kept = [one for one in mine if leftover.little(one.text, str(one.found), served)]
        counts[str(least)] = [sum(one.right for one in kept), sum(not one.right for one in kept)]
    return counts


if __name__ == "__main__":
    main()
