"""The dense lane: what of a question is embedded, and cosines that are fair to passages of either language.

A multilingual model puts a question nearer to any passage of its own language than to the right passage of the other
one. So cosines are compared with the mean and deviation of their own language's passages, and passages of the other
language are also asked in their language, with the dictionary's words for what the question says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.kernel.texts import LANGS, Lang
from assay.knowledge.search.dictionary import Expansion
from assay.knowledge.search.tokens import LONGEST_QUERY, has_chinese, normalised

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from assay.llm.port import Vectors

    Floats = NDArray[np.float64]

#: So many passages' worth a language's mean counts before its own passages are trusted.
_PRIOR = 20.0
#: How far the mean of the other language lies below, in deviations: without and with words of that language.
_APART, _APART_ASKED = 3.8, 1.0
_LANGUAGES: tuple[tuple[Lang, Lang], tuple[Lang, Lang]] = (("en", "zh"), ("zh", "en"))
_CODE = re.compile(
    r"[a-z]+[-/]?\d+[a-z]?(?![a-z])|\d+(?:\.\d+)?\s?(?:%|°c|mpa|kpa|bar|mm/s|mm|h|min|s|hz|v|kw|a)?(?![a-z])"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is embedded: as it was asked, with the formal words of both languages, and in the other language
    alone.

    ``other`` is empty where the dictionary has no words for it, or where no passage is in the other language.
    """

    lang: Lang
    plain: str
    full: str
    other: str

    @property
    def texts(self) -> list[str]:
        """What to embed beside the question itself: what holds the dictionary's words, each once."""
        return list(dict.fromkeys(text for text in (self.full, self.other) if text))


def asked(query: str, expansions: Sequence[Expansion], langs: Iterable[Lang] = LANGS) -> Asked:
    """The texts of a question to passages in ``langs``."""
    query = query[:LONGEST_QUERY]
    lang, foreign = _LANGUAGES[has_chinese(query)]
    own, other = _formal(query, expansions, lang), _formal(query, expansions, foreign)
    added = " ".join(part for part in (own, other) if part)
    return Asked(lang, query, f"{query} ({added})" if added else query, other if foreign in langs else "")


def combined(texts: Asked, vectors: Sequence[Vectors]) -> tuple[Vectors, Vectors]:
    """The unit vectors that passages of the question's language and of the other one are compared with. ``vectors`` are
    those of ``texts.texts``."""
    by_text = dict(zip(texts.texts, vectors, strict=True))
    full = by_text[texts.full]
    return full, _unit(full + by_text[texts.other]) if texts.other else full


def levelled(cosines: Floats, own: NDArray[np.bool_], translated: bool) -> Floats:
    """Cosines as deviations above the mean of their language; ``own`` marks passages in the question's language.

    A language of few passages is compared with what its mean would be beside the larger one's.
    """
    big = own if own.sum() * 2 >= len(own) else ~own
    mean, deviation = float(cosines[big].mean()), max(float(cosines[big].std()), 1e-6)
    out = (cosines - mean) / deviation
    small = ~big
    if count := int(small.sum()):
        gap = (_APART_ASKED if translated else _APART) * (-1.0 if big is own else 1.0)
        part = cosines[small]
        weight = count / (count + _PRIOR)
        low = weight * float(part.mean()) + (1.0 - weight) * (mean + gap * deviation)
        spread = weight * max(float(part.std()), 1e-6) + (1.0 - weight) * deviation
        out[small] = (part - low) / spread
    return out


def _formal(query: str, expansions: Sequence[Expansion], lang: Lang) -> str:
    """The question's things in one language, in the order in which they are said, with its codes and quantities."""
    plain = normalised(query)
    found: list[tuple[int, str]] = []
    for expansion in expansions:
        form = next((form for form in expansion.forms if has_chinese(form) == (lang == "zh")), None)
        if form is not None:
            found.append((plain.find(expansion.said), form))
    if not found:
        return ""
    found += [(match.start(), match.group()) for match in _CODE.finditer(plain)]
    return " ".join(dict.fromkeys(words for _, words in sorted(found)))


def _unit(vector: Vectors) -> Vectors:
    import numpy as np

    length = float(np.linalg.norm(vector))
    made: Vectors = (vector / length).astype(np.float32) if length > 0 else vector
    return made
