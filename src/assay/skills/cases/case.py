"""A case: what one record tells of one failure, coded, with the place that says so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, Self

from assay.kernel.evidence import content_hash
from assay.knowledge.rights import EVERYONE
from assay.skills.cases.wording import Finding, component_of, findings, kind_of, mechanism_of, mode_of, own_key

State = Literal["record", "proposed", "confirmed"]
"""A row of a table is a record; what a story tells is proposed until a person has confirmed it."""

_ROOT_BEHIND = re.compile(
    r"(?:due to|because of|because|caused by|owing to|由于|因为|起因是|原因是|原因为|因)\s*", re.I
)
_LEAD = re.compile(
    r"^\s*(?:the\s+)?(?:root\s+)?(?:cause|reason)\s+(?:was|is)\s+(?:that\s+)?(?:(?:an?|the)\s+)?|"
    r"^\s*it\s+turned\s+out\s+(?:to\s+be|that)\s+(?:(?:an?|the)\s+)?",
    re.I,
)
"""How a sentence begins that says nothing but that the cause follows."""
_ROOT_BEFORE = re.compile(r"导致|造成|引起|所致|致使|led to|leading to|resulting in|results in|resulted in", re.I)


@dataclass(frozen=True, slots=True)
class Said:
    """A text of a record, with its place in the source: code points of the row or of the story."""

    text: str
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Case:
    """One failure. ``keys`` are what was seen (key -> there or not), from symptoms and checks.

    ``cause`` is the key of the root cause, ``effect`` a damage that followed from it (or ""); ``mode``, ``mechanism``
    and ``category`` are ISO 14224 codes ("" where nothing says which); ``source`` names the file, ``place`` the line.
    ``solved`` is whether the measures helped, None where the record does not say.
    """

    id: str
    equipment: str
    kind: str
    time: str
    symptoms: tuple[Said, ...]
    checks: tuple[Said, ...]
    causes: tuple[Said, ...]
    measures: tuple[Said, ...]
    outcome: Said | None
    keys: Mapping[str, bool]
    cause: str
    effect: str
    mode: str
    mechanism: str
    category: str
    solved: bool | None
    source: str
    place: int
    author: str = ""
    groups: tuple[str, ...] = (EVERYONE,)
    state: State = "record"

    @property
    def component(self) -> str:
        """The component that failed, "" where none is named."""
        return component_of(self.effect) or component_of(self.cause)

    def plain(self) -> dict[str, Any]:
        """As JSON data."""
        return asdict(self)

    @classmethod
    def from_plain(cls, data: Mapping[str, Any]) -> Self:
        """From what ``plain`` gave."""
        lists = {
            name: tuple(Said(**one) for one in data[name]) for name in ("symptoms", "checks", "causes", "measures")
        }
        outcome = None if data["outcome"] is None else Said(**data["outcome"])
        return cls(**{**data, **lists, "outcome": outcome, "groups": tuple(data["groups"])})

    def confirmed(self) -> Case:
        """The same case after a person has looked at it."""
        return replace(self, state="confirmed")


def make_case(
    *,
    equipment: str,
    symptoms: Iterable[Said],
    checks: Iterable[Said] = (),
    causes: Iterable[Said] = (),
    measures: Iterable[Said] = (),
    outcome: Said | None = None,
    kind: str = "",
    component: str = "",
    codes: Mapping[str, str] | None = None,
    **about: Any,
) -> Case:
    """A case with its keys and codes; codes that the record states go before those that its words suggest."""
    seen, looked, why = tuple(symptoms), tuple(checks), tuple(causes)
    root, effect = cause_keys(why, component)
    keys = keys_of((*seen, *looked))
    given = codes or {}
    body: dict[str, Any] = {
        "equipment": equipment,
        "kind": kind_of(kind) or kind_of(equipment) or kind.strip().lower(),
        "symptoms": seen,
        "checks": looked,
        "causes": why,
        "measures": tuple(measures),
        "outcome": outcome,
        "keys": keys,
        "cause": root,
        "effect": effect,
        "mode": given.get("mode") or _mode(keys),
        "mechanism": given.get("mechanism") or mechanism_of(effect) or mechanism_of(root),
        "category": given.get("category", ""),
        "solved": solved(outcome),
        "time": "",
        "source": "",
        "place": 0,
        **about,
    }
    case = Case(id="", **body)
    return replace(case, id=identity(case))


def identity(case: Case) -> str:
    """A case's id follows from what it tells; neither who may read it nor its state change it.

    With a time it is one event, in whatever file and line it stands: an export that has grown brings nothing twice.
    """
    aside = {"id", "state", "groups", *(("source", "place") if case.time else ())}
    plain = {name: value for name, value in case.plain().items() if name not in aside}
    return f"case_{content_hash(plain)[:12]}"


def _mode(keys: Mapping[str, bool]) -> str:
    return next((code for key, there in keys.items() if there and (code := mode_of(key))), "")


def keys_of(texts: Iterable[Said]) -> dict[str, bool]:
    """What the texts speak of; a key that is both affirmed and denied counts as it was said last."""
    found: dict[str, bool] = {}
    for said in texts:
        for one in findings(said.text):
            found[one.key] = one.present
    return found


def cause_keys(causes: Iterable[Said], component: str = "") -> tuple[str, str]:
    """The root cause's key and that of the damage which followed from it ("" where only one is told)."""
    text = "; ".join(_LEAD.sub("", said.text) for said in causes).strip()
    if not text:
        return "", ""
    behind, before = _ROOT_BEHIND.search(text), _ROOT_BEFORE.search(text)
    root, effect = text, ""
    if before is not None:
        root, effect = text[: before.start()], text[before.end() :]
        inner = _ROOT_BEHIND.search(root)
        root = root[inner.end() :] if inner is not None else root
    elif behind is not None:
        root, effect = text[behind.end() :], text[: behind.start()]
    return _key(root, component) or own_key(text), _key(effect, component) if effect.strip() else ""


def _key(text: str, component: str) -> str:
    told: list[Finding] = [one for one in findings(text) if one.present]
    known = [one for one in told if not one.key.startswith("text:")] or told
    if not known:
        return ""
    key = known[0].key
    prefix = next((component_of(one.key) for one in findings(f"{component} worn")), "") if component else ""
    return f"{prefix}.{key}" if prefix and not component_of(key) and not key.startswith("text:") else key


_BAD = re.compile(r"未解决|没有解决|无效|仍|复发|再次|not solved|no effect|still|came back|recurred|again", re.I)
_GOOD = re.compile(
    r"恢复|正常|解决|消除|好转|平稳|合格|无异常|投用|ok\b|solved|normal|fixed|restored|stable|resolved|no further|good",
    re.I,
)


#: What sounds like a trouble that came back, and says that it did not.
_GOOD_AFTER_ALL = re.compile(
    r"(?:再也?没有?|没有?再|未再|不再)(?:次)?(?:复发|发生|出现)?|(?:未|没有|无)复发|never (?:came back|recurred|again)"
    r"|(?:came|went|returned|is) back to|no longer|(?:did|has|have) not (?:come back|recurred?|returned)"
    r"|without recurrence|(?:runs?|running|ran|works?) (?:well |fine |smoothly )?again",
    re.I,
)


def solved(outcome: Said | None) -> bool | None:
    """Whether the outcome says that the measures helped."""
    if outcome is None or not outcome.text.strip():
        return None
    said = _GOOD_AFTER_ALL.sub(" ", outcome.text)
    if _BAD.search(said):
        return False
    return True if said != outcome.text or _GOOD.search(said) else None
