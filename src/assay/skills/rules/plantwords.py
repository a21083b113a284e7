"""The plant dictionary's groups that a check can need: formal words of one thing, one in a rule, one in the design."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from assay.knowledge.search.dictionary import Dictionary
from assay.skills.rules.design import Design
from assay.skills.rules.rule import Name, Rule
from assay.skills.rules.spellings import flat, together


def plant_groups(dictionary: Dictionary, rules: Iterable[Rule], design: Design) -> list[list[str]]:
    """Formal words of groups with a word of a rule's field and another that a key or label of the design holds.

    Words that only people say ("~") never count: a field is what it is called in writing.
    """
    asked = {flat(word) for name in _names(rules) for word in (name.object, name.property) if word}
    said = sorted({together(word) for thing in design.things for word in (*thing.labels, *thing.fields)})
    text = "\n".join(said)
    found = []
    for group in dictionary.groups:
        words = [flat(word) for word in group.formal]
        if any(word in asked for word in words) and any(together(word) in text for word in words if word not in asked):
            found.append(list(group.formal))
    return found


def _names(rules: Iterable[Rule]) -> Iterator[Name]:
    for rule in rules:
        for part in rule.parts:
            for test in (part.test, *(one for group in (*part.when, *part.unless) for one in group)):
                yield test.field
                yield from (limit.of for limit in test.limits if limit.of is not None)
