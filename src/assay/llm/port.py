"""The small port to language models, as every back end here implements it.

The kernel declares what it needs (``assay.kernel.ports``); this module adds embeddings and says which scores are only
bounds. A failure that may go away is ``ModelError``; a wrong setting or a prompt that cannot fit is ``InputError``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from assay.kernel import ports
from assay.kernel.ports import ChatResult, ChoiceResult, Message

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

__all__ = ["ChatResult", "ChoiceResult", "Embedder", "LanguageModel", "Message", "ScoredChoice", "Vectors"]


@dataclass(frozen=True, slots=True)
class ScoredChoice(ChoiceResult):
    """A choice with log-probabilities; options in ``bounded`` have an upper bound instead of a score.

    A back end reports only its most probable tokens. An option that is not among them is at most as probable as the
    least of them, and that value stands in its place: the margin to it is then a lower bound.
    """

    bounded: tuple[str, ...] = ()


class Embedder(Protocol):
    """Texts to unit vectors; ``digest`` is what evidence records about the model."""

    @property
    def name(self) -> str: ...

    @property
    def digest(self) -> str: ...

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> Vectors:
        """Vectors of shape (len(texts), dimension), float32, of length 1.

        ``query`` marks search queries: some models embed them differently from the passages they look for.
        """
        ...

    async def close(self) -> None: ...


class LanguageModel(ports.LanguageModel, Embedder, Protocol):
    """Chat, choice and embeddings behind one name; ``digest`` is what evidence records about the model."""
