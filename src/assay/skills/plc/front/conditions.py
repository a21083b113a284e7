"""Conditional compilation of CODESYS and TwinCAT: ``{IF defined (X)} .. {ELSIF ..} .. {ELSE} .. {END_IF}``.

No compiler define is known here but those that the text itself sets with ``{define X}``; so a part stands when its
condition holds under them, and the others are left out, as a compiler without defines leaves them out.
"""

from __future__ import annotations

import re

_PRAGMA = re.compile(r"\{\s*(IF|ELSIF|ELSE|END_IF|ENDIF|DEFINE|UNDEFINE)\b\s*([^{}]*)\}", re.IGNORECASE)
_TERM = re.compile(r"(\bNOT\b|\bAND\b|\bOR\b|\(|\))|(\w+)\s*\(([^()]*)\)|(\S)", re.IGNORECASE)


def inactive_parts(text: str) -> list[tuple[int, int]]:
    """The pieces of the text that do not count, as half-open pairs in order; the pragmas themselves are not in them."""
    if "{" not in text or not _PRAGMA.search(text):
        return []
    defined: set[str] = set()
    stack: list[tuple[bool, bool]] = []  # (this part stands, one of this IF has stood already)
    parts: list[tuple[int, int]] = []
    start: int | None = None
    for found in _PRAGMA.finditer(text):
        word, rest = found[1].upper(), found[2].strip()
        active = all(stands for stands, _ in stack)
        if word in ("DEFINE", "UNDEFINE"):
            if active and rest:
                (defined.add if word == "DEFINE" else defined.discard)(rest.split()[0].upper())
            continue
        if word == "IF":
            holds = _holds(rest, defined)
            stack.append((holds, holds))
        elif stack:
            _, stood = stack.pop()
            if word not in ("END_IF", "ENDIF"):
                holds = not stood and (word == "ELSE" or _holds(rest, defined))
                stack.append((holds, stood or holds))
        now = all(stands for stands, _ in stack)
        if start is not None and now:
            parts.append((start, found.start()))
            start = None
        elif start is None and not now:
            start = found.end()
    if start is not None:
        parts.append((start, len(text)))
    return [_trimmed(text, *one) for one in parts if text[one[0] : one[1]].strip()]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Without the white space at both ends."""
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())


def _holds(condition: str, defined: set[str]) -> bool:
    """A condition under the defines: ``defined (X)`` with NOT, AND, OR and parentheses; any other question is no."""
    words: list[str] = []
    for found in _TERM.finditer(condition[:500]):
        if found[1]:
            words.append(found[1].upper())
        elif found[2]:
            name = found[3].strip().upper()
            words.append("1" if found[2].upper() == "DEFINED" and name in defined else "0")
    return _either(words)


def _either(words: list[str]) -> bool:
    value = _both(words)
    while words and words[0] == "OR":
        words.pop(0)
        value = _both(words) or value
    return value


def _both(words: list[str]) -> bool:
    value = _single(words)
    while words and words[0] == "AND":
        words.pop(0)
        value = _single(words) and value
    return value


def _single(words: list[str]) -> bool:
    turned = False
    while words and words[0] == "NOT":
        words.pop(0)
        turned = not turned
    value = False
    if words and words[0] in "01":
        value = words.pop(0) == "1"
    elif words and words[0] == "(":
        words.pop(0)
        value = _either(words)
        if words and words[0] == ")":
            words.pop(0)
    return value != turned
