"""Ports: what the kernel needs from the other rooms, by shape."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from assay.kernel.action import Action, Order
from assay.kernel.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation.

    ``fixed`` marks the last of the messages that are the same for every question (rules, worked examples): a back end
    may keep what it made of them, also on disk. Never set it on or behind a message with a user's or document's words.
    """

    role: Literal["system", "user", "assistant"]
    content: str
    fixed: bool = field(default=False, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ChatResult:
    """A model's text with its counts; ``seconds`` is wall time, ``finish`` is ``stop``, ``length`` or ``time``."""

    text: str
    prompt_tokens: int
    output_tokens: int
    seconds: float
    finish: str


@dataclass(frozen=True, slots=True)
class ChoiceResult:
    """Log-probabilities over the options, normalised to the options.

    ``scored`` is False when the back end gave no log-probabilities: then the chosen option has 0 and the others minus
    infinity, and an answer that rests on it is at most partly verified. ``text`` is what the model went on to write,
    its choice included, where that was asked for and the back end gives it.
    """

    log_probabilities: Mapping[str, float]
    tokens: int
    scored: bool
    text: str = ""

    @property
    def best(self) -> str:
        """The option with the highest log-probability (the first of equals)."""
        return max(self.log_probabilities, key=lambda option: self.log_probabilities[option])


class Chooser(Protocol):
    """What chooses among options; failures are ``ModelError`` (transient)."""

    name: str
    digest: str

    async def choose(
        self, messages: Sequence[Message], options: Sequence[str], *, timeout: float = 60.0, words: int = 0
    ) -> ChoiceResult:
        """One token among options; ``words`` more tokens of what the model would write after it, as ``text``."""
        ...

    async def close(self) -> None: ...


class LanguageModel(Chooser, Protocol):
    """The small port to language models."""

    async def chat(
        self,
        messages: Sequence[Message],
        *,
        schema: Mapping[str, Any] | None = None,
        stop: Sequence[str] = (),
        seed: int = 0,
        max_tokens: int = 256,
        timeout: float = 60.0,
        on_token: Callable[[str], None] | None = None,
    ) -> ChatResult: ...


class EvidenceStore(Protocol):
    """Keeps evidence for ever; ``put`` of the same content is one record that belongs to several runs."""

    def put(self, evidence: Evidence) -> None: ...

    def get(self, id: str) -> Evidence: ...

    def of_run(self, run: str) -> Sequence[Evidence]: ...

    def all(self) -> Iterable[Evidence]: ...


class ActionStore(Protocol):
    """Keeps actions and every change of their state (the audit record).

    ``advance`` is a compare-and-set: it stores ``action`` only while the stored state is still ``expected`` and
    raises ``BusyError`` otherwise, so that no approval is used twice. ``refused`` records an attempt that was turned
    down. ``get`` raises InputError for an id that does not exist.
    """

    def create(self, action: Action) -> None: ...

    def get(self, id: str) -> Action: ...

    def advance(self, action: Action, *, expected: str, by: str) -> None: ...

    def refused(self, id: str, *, by: str, why: str) -> None: ...

    def pending(self) -> Sequence[Action]: ...


class PlantWriter(Protocol):
    """The link that writes to a plant; values in the tag's unit."""

    async def read(self, tag: str) -> float: ...

    async def write(self, tag: str, value: float) -> None: ...


class DispatchDesk(Protocol):
    """Keeps the record of who was sent where.

    ``zone`` is that of the order's equipment, None when the plant has none of that name. ``holder`` is the id of the
    action under which somebody is on the order's job now, or None.
    """

    def zone(self, order: Order) -> str | None: ...

    def holder(self, order: Order) -> str | None: ...

    def send(self, action: str, orders: Sequence[Order]) -> None: ...

    def recall(self, action: str, orders: Sequence[Order]) -> None: ...


@dataclass(frozen=True, slots=True)
class TagLimits:
    """What the equipment model knows of a writable tag."""

    tag: str
    unit: str
    zone: str
    minimum: float
    maximum: float
    writable: bool


class TagBook(Protocol):
    """The equipment model as the kernel's checks and actions need it."""

    def limits(self, tag: str) -> TagLimits | None: ...

    def names(self) -> frozenset[str]: ...
