"""A choice among options as a choice of one token: labels for the options, scores for the labels."""

from __future__ import annotations

import math
import string
from collections.abc import Iterable, Mapping, Sequence

from assay.kernel.errors import InputError, ModelError
from assay.llm.port import ChoiceResult, Message, ScoredChoice

LABELS = string.ascii_uppercase
_SHORT = frozenset(string.ascii_uppercase + string.digits)
_LONGEST_OPTION = 300


def labelled(messages: Sequence[Message], options: Sequence[str]) -> tuple[list[Message], dict[str, str]]:
    """The messages to send, and the option that each label stands for.

    Options that are all single capitals or digits are labels that the messages explain already, so the messages stay
    as they are and a long shared prefix keeps its cache. Other options get the labels A, B, C ... and are listed at
    the end of the last message. Raises InputError for no options, too many, or two that are the same.
    """
    _check(messages, options)
    if all(option in _SHORT for option in options):
        return list(messages), {option: option for option in options}
    labels = dict(zip(LABELS, options, strict=False))
    lines = "\n".join(f"{label}: {_one_line(option)}" for label, option in labels.items())
    last = messages[-1]
    asked = Message(role=last.role, content=f"{last.content}\n\n{lines}\n\nAnswer with one letter.")
    return [*messages[:-1], asked], labels


def _check(messages: Sequence[Message], options: Sequence[str]) -> None:
    if not messages:
        raise InputError("llm.no_messages")
    if not options:
        raise InputError("llm.no_options")
    if len(options) > len(LABELS):
        raise InputError("llm.too_many_options", count=len(options), limit=len(LABELS))
    if len(set(options)) != len(options):
        raise InputError("llm.same_options")


def _one_line(option: str) -> str:
    """An option as one bounded line: it may come from outside and must not look like further options."""
    line = " ".join(option.split())
    return line if len(line) <= _LONGEST_OPTION else line[: _LONGEST_OPTION - 1] + "…"


def scored(
    tops: Iterable[tuple[str, float]], labels: Mapping[str, str], *, tokens: int, text: str = ""
) -> ScoredChoice | None:
    """Log-probabilities over the options from the most probable next tokens, or None when no label is among them.

    Tokens that differ from a label only by surrounding blanks count for it (their probabilities are added).
    The result is normalised over the options: the probabilities add to one.
    """
    found: dict[str, float] = {}
    floor = math.inf
    for token, value in tops:
        if not math.isfinite(value):
            continue
        floor = min(floor, value)
        label = token.strip()
        if label in labels:
            found[label] = _log_add(found[label], value) if label in found else value
    if not found:
        return None
    raw = {label: found.get(label, floor) for label in labels}
    total = _log_sum(raw.values())
    return ScoredChoice(
        log_probabilities={labels[label]: value - total for label, value in raw.items()},
        tokens=tokens,
        scored=True,
        text=text,
        bounded=tuple(labels[label] for label in labels if label not in found),
    )


def unscored(label: str, labels: Mapping[str, str], *, tokens: int) -> ChoiceResult:
    """A choice without scores: the chosen option has 0, the others minus infinity. Raises ModelError if not one."""
    if label not in labels:
        raise ModelError("llm.not_an_option", got=label[:40], known=", ".join(labels))
    values = {option: 0.0 if key == label else -math.inf for key, option in labels.items()}
    return ChoiceResult(log_probabilities=values, tokens=tokens, scored=False)


def _log_add(a: float, b: float) -> float:
    high, low = max(a, b), min(a, b)
    return high + math.log1p(math.exp(low - high))


def _log_sum(values: Iterable[float]) -> float:
    listed = list(values)
    high = max(listed)
    return high + math.log(math.fsum(math.exp(value - high) for value in listed))
