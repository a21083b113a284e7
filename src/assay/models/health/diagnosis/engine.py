"""From findings to ranked failures: which rules fired, what speaks against each, and which past cases agree.

A rule fires when all it needs is seen and what speaks for it outweighs what speaks against. Its support is (for -
against) over the weight of all its evidence that was looked for; findings nobody looked for count neither way and are
named as what would tell more. Past cases move the ranking by a fifth, never make a code that no rule or confirmed
case has, and no language model is asked. When nothing fires and no cases agree, the answer is ``unknown``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assay.kernel.errors import InputError
from assay.kernel.texts import Lang
from assay.models.health.diagnosis.cases import Alike, Case, alike
from assay.models.health.diagnosis.codes import CLASSES
from assay.models.health.diagnosis.rules import Rule, RuleBook, built_in

FIRES = 0.4  # support that a rule needs
OPEN = 3.0  # weight that missing evidence of a rule is given at most, against firing on one weak sign
BY_CASES = 0.2  # share of the ranking
CLOSE = 0.6  # similarity from which a case speaks
AGREE = 2  # close cases that must agree where no rule fires


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One failure. ``score`` 0 to 1 ranks; ``support`` is the rule's share, None where only cases speak.

    ``seen_for``, ``seen_against``: findings observed; ``not_looked``: findings of the rule that nobody looked for.
    """

    rule: Rule | None
    mode: str
    mechanism: str
    cause: str
    score: float
    support: float | None
    seen_for: tuple[str, ...]
    seen_against: tuple[str, ...]
    not_looked: tuple[str, ...]
    cases: tuple[Alike, ...]

    def title(self, lang: Lang = "en") -> str:
        """What it is called: the rule's title, or the mode's name in the table."""
        from assay.models.health.diagnosis.codes import MODES

        return self.rule.title.get(lang) if self.rule is not None else MODES[self.mode][lang == "en"]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """``ranked`` failures, the likeliest first; ``mode`` its code, ``UNK`` when nothing fires.

    ``spoke_against``: rules whose needs were seen but which did not fire, with what spoke against; ``cases`` all alike.
    """

    mode: str
    ranked: tuple[Hypothesis, ...]
    spoke_against: tuple[tuple[Rule, tuple[str, ...]], ...]
    cases: tuple[Alike, ...]

    @property
    def known(self) -> bool:
        """Whether any failure is named."""
        return bool(self.ranked)


def diagnose(
    seen: Mapping[str, bool],
    equipment_class: str,
    *,
    asset: str = "",
    cases: Sequence[Case] = (),
    book: RuleBook | None = None,
) -> Diagnosis:
    """Failures of a machine of ``equipment_class`` (ISO 14224, table A.4) that the findings speak for.

    seen: finding -> seen or looked for and absent; what is not in it was not looked for. InputError for a finding that
    the rule book does not name or a class outside the table.
    """
    rules = book or built_in()
    if equipment_class not in CLASSES:
        raise InputError("diagnosis.class", name=equipment_class, known=", ".join(CLASSES))
    unknown = sorted(set(seen) - set(rules.findings))
    if unknown:
        raise InputError("diagnosis.finding", names=", ".join(unknown[:5]))
    near = alike(cases, seen, equipment_class, asset)
    fired, silent = [], []
    for rule in rules.rules:
        if rule.classes and equipment_class not in rule.classes:
            continue
        if not all(seen.get(name, False) for name in rule.needs):
            continue
        support, against = _support(rule, seen)
        if support >= FIRES:
            fired.append(_hypothesis(rule, support, against, seen, near))
        elif against:
            silent.append((rule, against))
    if not fired:
        fired = _by_cases(near)
    ranked = tuple(sorted(fired, key=lambda one: (-one.score, -len(one.seen_for), one.mode, one.mechanism)))
    return Diagnosis(ranked[0].mode if ranked else "UNK", ranked, tuple(silent), tuple(near))


def _support(rule: Rule, seen: Mapping[str, bool]) -> tuple[float, tuple[str, ...]]:
    """(for - against) / (for looked for + a part of what was not), and the findings that spoke against."""
    present = sum(weight for name, weight in rule.for_.items() if seen.get(name, False))
    looked = sum(weight for name, weight in rule.for_.items() if name in seen)
    missing = sum(weight for name, weight in rule.for_.items() if name not in seen)
    against = tuple(name for name in rule.against if seen.get(name, False))
    contrary = sum(rule.against[name] for name in against)
    whole = looked + min(missing, OPEN)
    return (present - contrary) / whole if whole else 0.0, against


def _hypothesis(
    rule: Rule, support: float, against: tuple[str, ...], seen: Mapping[str, bool], near: Sequence[Alike]
) -> Hypothesis:
    code = rule.code
    agree = tuple(one for one in near if (one.case.mode, one.case.mechanism) == (code.mode, code.mechanism))
    by_cases = max((one.similarity for one in agree), default=0.0)
    score = (1.0 - BY_CASES) * support + BY_CASES * by_cases
    return Hypothesis(
        rule,
        code.mode,
        code.mechanism,
        code.cause,
        score,
        support,
        tuple(name for name in rule.for_ if seen.get(name, False)),
        against,
        tuple(name for name in (*rule.for_, *rule.against) if name not in seen),
        agree,
    )


def _by_cases(near: Sequence[Alike]) -> list[Hypothesis]:
    """Where no rule fires: codes on which at least ``AGREE`` close cases agree, ranked within the cases' share."""
    close = [one for one in near if one.similarity >= CLOSE]
    codes = dict.fromkeys((one.case.mode, one.case.mechanism) for one in close)
    found = []
    for mode, mechanism in codes:
        group = tuple(one for one in close if (one.case.mode, one.case.mechanism) == (mode, mechanism))
        if len(group) >= AGREE:
            shared = tuple(sorted({name for one in group for name in one.shared}))
            score = BY_CASES * group[0].similarity
            found.append(Hypothesis(None, mode, mechanism, group[0].case.cause, score, None, shared, (), (), group))
    return found
