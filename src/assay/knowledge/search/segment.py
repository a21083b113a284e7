"""The index of one version of a document, as bytes that a store keeps.

Postings and vectors only; no figure in it depends on another document. Terms are 64-bit hashes (BLAKE2b), so that
segments merge by sorting numbers. Vectors are 16-bit integers of scale 16,000 and questions are split into two digits
of scale 1,000: every sum of their products is a whole number below 2^24, hence float32 adds them without any rounding,
in whatever order, and a score cannot depend on its neighbours.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from assay.kernel.errors import IntegrityError
from assay.knowledge.passage import Passage, Unit
from assay.knowledge.passages import body_text, head_text
from assay.knowledge.search.evidence import evidence_of
from assay.knowledge.search.tokens import VERSION, index_terms

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: What the length of a vector is in its integers, and that of a question in its first digit.
SCALE, QUERY_SCALE = 16_000, 1_000
#: A term of title or heading counts half of one in the text; frequencies and lengths are kept in halves.
BODY, HEAD = 2, 1
#: Bits that say where a term stands: above a passage, or in which of its units (the last bit: in that one or later).
PLACES = 16
_MAGIC = b"assay-segment-4\n"


@dataclass(frozen=True, slots=True)
class Segment:
    """``terms`` ascend; number i has the postings ``starts[i]`` to ``starts[i + 1]``: passage, frequency, places.

    ``places`` has a bit for what stands above a passage (headings, lead), and one for each of its units. ``chinese``
    says in which language a passage is, ``evidence`` what kinds of answers it can hold (see ``evidence_of``).
    ``vectors`` has a row a passage, of zeros where there is none; ``model`` is the digest of what made them.
    """

    ids: tuple[str, ...]
    terms: NDArray[np.uint64]
    starts: NDArray[np.uint32]
    passages: NDArray[np.uint32]
    counts: NDArray[np.uint8]
    places: NDArray[np.uint16]
    lengths: NDArray[np.uint32]
    chinese: NDArray[np.bool_]
    evidence: NDArray[np.uint16]
    vectors: NDArray[np.int16]
    model: str

    def to_bytes(self) -> bytes:
        """The segment as bytes; the same segment gives the same bytes."""
        arrays = {name: getattr(self, name) for name in _ARRAYS}
        head: dict[str, Any] = {"ids": self.ids, "model": self.model, "tokens": VERSION}
        head["arrays"] = {name: [array.dtype.str, list(array.shape)] for name, array in arrays.items()}
        line = json.dumps(head, separators=(",", ":")).encode() + b"\n"
        return b"".join([_MAGIC, line, *(array.tobytes() for array in arrays.values())])


_ARRAYS = ("terms", "starts", "passages", "counts", "places", "lengths", "chinese", "evidence", "vectors")


def from_bytes(stored: bytes) -> Segment:
    """The segment of ``to_bytes``. Raises IntegrityError for bytes that are none, or of another form: index anew."""
    import numpy as np

    try:
        magic, line, _ = stored.split(b"\n", 2)
        head = json.loads(line)
        at = len(magic) + len(line) + 2
        if magic + b"\n" != _MAGIC or head["tokens"] != VERSION:
            raise ValueError(magic)
        arrays = {}
        for name in _ARRAYS:
            kind, shape = head["arrays"][name]
            count = int(np.prod(shape))
            arrays[name] = np.frombuffer(stored, dtype=np.dtype(kind), count=count, offset=at).reshape(shape)
            at += arrays[name].nbytes
        return Segment(ids=tuple(head["ids"]), model=str(head["model"]), **arrays)
    except (ValueError, KeyError, TypeError) as error:
        raise IntegrityError("search.segment_bad") from error


def build(passages: Sequence[Passage], vectors: NDArray[np.float32] | None = None, model: str = "") -> Segment:
    """The segment of a version's passages; ``vectors`` are those of ``dense_texts``, made by ``model``."""
    import numpy as np

    postings: dict[int, list[tuple[int, int, int]]] = {}
    lengths = np.zeros(len(passages), dtype=np.uint32)
    for number, passage in enumerate(passages):
        counted, places = _counted(passage)
        lengths[number] = sum(counted.values())
        for term, count in counted.items():
            postings.setdefault(term_hash(term), []).append((number, min(count, 255), places[term]))
    terms = sorted(postings)
    flat = [found for term in terms for found in postings[term]]
    sizes = [len(postings[term]) for term in terms]
    columns = np.array(flat, dtype=np.uint32).reshape(-1, 3)
    return Segment(
        ids=tuple(passage.id for passage in passages),
        terms=np.array(terms, dtype=np.uint64),
        starts=np.concatenate([[0], np.cumsum(sizes)]).astype(np.uint32),
        passages=np.ascontiguousarray(columns[:, 0]),
        counts=columns[:, 1].astype(np.uint8),
        places=columns[:, 2].astype(np.uint16),
        lengths=lengths,
        chinese=np.array([passage.lang == "zh" for passage in passages], dtype=bool),
        evidence=np.array([evidence_of(body_text(passage)) for passage in passages], dtype=np.uint16),
        vectors=whole(vectors, len(passages)),
        model=model if vectors is not None else "",
    )


def _counted(passage: Passage) -> tuple[Counter[str], dict[str, int]]:
    """How much each term of a passage counts, and the bits of where it stands."""
    counted: Counter[str] = Counter()
    places: dict[str, int] = {}
    heads = dict.fromkeys(each.header for unit in passage.units for each in unit.fields if each.header)
    parts = [(head_text(passage), HEAD, 1), (passage.lead, BODY, 1), (" ".join(heads), BODY, 0)]
    for number, unit in enumerate(passage.units, 1):
        bit = 1 << min(number, PLACES - 1)
        parts += [(unit.text, BODY, bit), (_heads(unit), 0, bit)]
    for text, weight, bit in parts:
        for term in index_terms(text):
            counted[term] += weight
            places[term] = places.get(term, 0) | bit
    return counted, places


def _heads(unit: Unit) -> str:
    """The column heads of a row: they are words of it, counted once for all rows of a passage."""
    return " ".join(dict.fromkeys(each.header for each in unit.fields if each.header))


def whole(vectors: NDArray[np.float32] | None, rows: int) -> NDArray[np.int16]:
    """Unit vectors in integers; one that is not finite becomes zeros, which the dense lane leaves out."""
    import numpy as np

    if vectors is None:
        return np.zeros((rows, 0), dtype=np.int16)
    good = np.isfinite(vectors).all(axis=1, keepdims=True)
    unit = np.where(good, vectors, 0.0).astype(np.float64)
    norms = np.sqrt((unit * unit).sum(axis=1, keepdims=True))
    return np.rint(unit / np.where(norms > 0, norms, 1.0) * SCALE).astype(np.int16)


def digits(queries: NDArray[np.float32]) -> tuple[NDArray[np.float32], int]:
    """Unit vectors of questions as whole numbers, two columns each, and what the second digit is smaller by.

    By Cauchy and Schwarz no sum of products with a stored vector exceeds the product of the lengths; the second digit
    is at most half of its base in each place, so its base follows from the number of places.
    """
    import numpy as np

    unit = queries.astype(np.float64)
    lengths = np.sqrt((unit * unit).sum(axis=1, keepdims=True))
    scaled = unit / np.where(lengths > 0, lengths, 1.0) * QUERY_SCALE
    base = max(1, min(100, int(2 * QUERY_SCALE / np.sqrt(queries.shape[1]))))
    first = np.rint(scaled)
    second = np.rint((scaled - first) * base)
    return np.concatenate([first, second]).astype(np.float32).T, base


@lru_cache(1 << 17)
def term_hash(term: str) -> int:
    """A term as 64 bits."""
    return int.from_bytes(hashlib.blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
