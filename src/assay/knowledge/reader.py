"""The one way to documents: a reader for somebody who asks, on a day.

Every method sees permitted documents only, and so does every figure behind a ranking (document frequencies, lengths,
counts): what a reader gives for an asker equals what it would give over a library without the forbidden documents.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol

from assay.kernel.texts import Lang
from assay.knowledge.document import Doubt, Page, Span
from assay.knowledge.passage import Passage
from assay.knowledge.rights import Asker

Lane = Literal["hybrid", "lexical", "dense"]


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """A version of a document as its readers may know it.

    ``id`` follows from the name alone and ``version`` is the stated or counted one; ``current`` is False for one that
    was replaced or is not valid on the reader's day; ``replaced_by`` names the newer version or document only if the
    asker may read that too.
    """

    id: str
    name: str
    title: str
    version: str
    lang: Lang
    pages: int
    media: str
    sha256: str
    owner: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    current: bool = True
    replaced_by: str | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage with its score (only comparable within one search) and its rank from 1 in each lane that found it.

    ``coverage`` is the weight of the query's words found in the passage, 0 to 1; ``cosine`` the dense similarity.
    """

    passage: Passage
    score: float
    lanes: Mapping[str, int] = field(default_factory=dict)
    coverage: float = 0.0
    cosine: float = 0.0


class Reader(Protocol):
    """Documents as one asker sees them. Unknown and forbidden names raise the same InputError."""

    asker: Asker

    def documents(self, *, outdated: bool = False) -> Sequence[DocumentInfo]:
        """The permitted documents by name; with ``outdated`` every version of them."""
        ...

    def page(self, document: str, version: str, number: int) -> Page:
        """A page of stored text."""
        ...

    def passages(self, document: str, version: str) -> Sequence[Passage]:
        """All passages of a document in reading order."""
        ...

    def passage(self, id: str) -> Passage:
        """One passage."""
        ...

    def doubts(self, document: str, version: str) -> Sequence[Doubt]:
        """Numbers that nobody has confirmed yet; none of them may stand in an answer."""
        ...

    def picture(self, document: str, version: str, span: Span) -> bytes | None:
        """The span's box as PNG, cut from the page's picture; None where the page has no places."""
        ...

    def search(self, query: str, *, limit: int = 10, lane: Lane = "hybrid", outdated: bool = False) -> Sequence[Hit]:
        """The best passages, best first; of equal scores the smaller id first."""
        ...

    def fingerprint(self) -> str:
        """A hash over the permitted documents and their versions: the key of every cache above."""
        ...
