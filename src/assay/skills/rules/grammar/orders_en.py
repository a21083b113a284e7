"""Orders of manuals ("Do not operate the pump above 3 600 r/min", "Keep the cabinet at least 1 m from heaters") as
sentences with a modal verb, which is how they are read."""

from __future__ import annotations

import re
from collections.abc import Callable

from assay.skills.rules.grammar.words_en import MODAL

_I = re.IGNORECASE
_IRREGULAR = {"run": "run", "set": "set", "put": "put", "keep": "kept", "hold": "held", "let": "let", "cut": "cut"}
_VERBS = (
    "operate|run|use|store|load|fill|install|expose|start|open|mount|place|put|charge|connect|switch on|heat|energize"
    "|energise|transport|lift|position|set|keep|maintain|hold|limit|locate|route|lay|tighten|torque"
)


def _done(verb: str) -> str:
    """The participle of a verb: stored, kept, installed."""
    verb = verb.lower()
    head, _, tail = verb.partition(" ")
    form = _IRREGULAR.get(head) or (f"{head}d" if head.endswith("e") else f"{head}ed")
    return f"{form} {tail}".strip()


def _not(match: re.Match[str]) -> str:
    return f"{match['what']} shall not be {_done(match['verb'])} {match['rest']}"


def _do(match: re.Match[str]) -> str:
    return f"{match['what']} shall be {_done(match['verb'])} {match['rest']}"


_ORDERS: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (
        re.compile(
            r"^(?:do not|don't|never|must not) exceed (?:an? |the )?(?P<what>[a-z][a-z -]*?) of (?P<value>\d.*)$", _I
        ),
        r"The \g<what> shall not exceed \g<value>",
    ),
    (
        re.compile(
            rf"^(?:do not|don't|never) (?P<verb>{_VERBS}) (?P<what>[^,\d]+?) (?P<rest>(?:at|above|below|in"
            rf"|within|over"
            r"|under|beyond|with|without|when|if|unless|on|near|to|for|closer)\s.+)$",
            _I,
        ),
        _not,
    ),
    (
        re.compile(
            r"^(?:leave|allow|provide|keep|maintain) (?P<what>(?:an?|at least|not less than) [^,]*?\d[^,]*?) "
            r"(?P<where>(?:around|above|below|in front of|behind|between|on|at|in|for) .+)$",
            _I,
        ),
        r"\g<what> shall be provided \g<where>",
    ),
    (
        re.compile(
            rf"^(?P<verb>{_VERBS}) (?P<what>[^,\d]+?) "
            r"(?P<rest>(?:at|between|below|above|under|over|within|in|from|to|no|not|with|outside|inside)\s.*\d.*)$",
            _I,
        ),
        _do,
    ),
    (
        re.compile(r"^(?:ensure|make sure) (?:that )?(?P<what>[^,]+?) (?:does|do) not exceed (?P<rest>.+)$", _I),
        r"\g<what> shall not exceed \g<rest>",
    ),
    (
        re.compile(
            r"^(?:ensure|make sure) (?:that )?(?P<what>[^,]+?) (?:is|are)(?P<minus> not| never)? (?P<rest>.+)$", _I
        ),
        lambda match: f"{match['what']} shall {'not ' if match['minus'] else ''}be {match['rest']}",
    ),
    (
        re.compile(r"^(?P<what>(?:max(?:imum|\.)?|min(?:imum|\.)?) [a-z][a-z -]*?)\s?(?::|=|is|are)\s(?=[-+]?\d)", _I),
        r"The \g<what> shall be ",
    ),
)
ORDER = re.compile(
    rf"^(?:do not|don't|never|ensure|make sure|leave|allow|provide|{_VERBS})\b.*\d|^(?:max|min)(?:imum|\.)?\s[^.]*\d",
    _I,
)
"""Sentences that may be such an order and have a number."""


def as_sentence(text: str) -> str:
    """The order as a sentence with a modal verb; any other text as it is."""
    if MODAL.search(text):
        return text
    for pattern, plain in _ORDERS:
        changed = pattern.sub(plain, text, count=1)
        if changed != text:
            return changed[:1].upper() + changed[1:]
    return text
