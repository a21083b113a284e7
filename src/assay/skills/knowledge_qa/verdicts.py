"""The short answer as it is shown: yes or no where the rule is plain, else the rule."""

from __future__ import annotations

from dataclasses import replace

from assay.skills.knowledge_qa.candidates import line_of
from assay.skills.knowledge_qa.exceptions import exceptions_of
from assay.skills.knowledge_qa.polarity import plain_rule
from assay.skills.knowledge_qa.question import Asked, Wanted
from assay.skills.knowledge_qa.ranking import CELL_SAYS, Pick
from assay.skills.knowledge_qa.spans import Short


def shown_short(asked: Asked, pick: Pick) -> Short:
    """The short answer as it is shown: yes or no where that is plain, else the whole rule that decides. Of a sentence
    that gives a reason or a way no part is left out."""
    yes = verdict(pick)
    if yes is None:
        told = not pick.candidate.unit.fields and asked.wanted in (Wanted.REASON, Wanted.WAY)
        return whole(pick) if told or asked.wanted is Wanted.YES_NO else pick.short
    words = {("zh", True): "是", ("zh", False): "否", ("en", True): "yes", ("en", False): "no"}
    return replace(pick.short, text=words[asked.lang, yes], kind="yes_no")


def verdict(pick: Pick) -> bool | None:
    """Yes or no as it is shown: only where the rule has no exception, proviso or second case. What code concludes from
    such a one is right too seldom to be told to a plant; the rule itself is."""
    cell = pick.candidate.field
    if cell is not None and CELL_SAYS.match(cell.value):
        return pick.yes
    return pick.yes if plain_rule(whole(pick).text if cell is None else cell.value) else None


def whole(pick: Pick) -> Short:
    """All that a unit says, with the exceptions right behind it."""
    unit, units = pick.candidate.unit, pick.candidate.passage.units
    own = pick.candidate.text.removeprefix(unit.number or "").strip()
    behind = [line_of(units[at]) for at in exceptions_of(pick)]
    between = "" if pick.candidate.passage.lang == "zh" else " "
    return replace(pick.short, text=between.join([own, *behind]), kind="sentence")
