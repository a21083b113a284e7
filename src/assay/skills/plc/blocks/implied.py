"""What follows from the amounts of a request: limits that were not asked for, and times that are sums of others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from assay.kernel.quantity import Quantity
from assay.skills.plc.blocks.amounts import literal
from assay.skills.plc.blocks.block import Block, Parameter
from assay.skills.plc.blocks.building import amount, fits

_NEAR = 14
_TIME = Parameter("", "TIME", "T#0s", "", "", {"en": ""}, {})


def within_rules(block: Block, values: Mapping[str, str]) -> dict[str, str]:
    """The values, and where they leave no room for the defaults of others (a low limit of 2 under a low-low limit of
    10) those others out of reach, as nobody asked for them."""
    given = dict(values)
    if fits(block, given):
        return given
    away = {one.name: one.away for one in block.parameters if one.away and one.name not in given}
    return {**given, **away} if away and fits(block, {**given, **away}) else given


def summed(block: Block, values: Mapping[str, str], text: str, quantity: Quantity) -> bool:
    """Is the amount one that the block makes of others, and the right one (red is green and yellow of the other road)?
    One that is not the sum stays unused, so that it is named."""
    made = literal(text, quantity, _TIME)
    before = text[max(0, quantity.start - _NEAR) : quantity.start].lower()
    if made is None:
        return False
    for one in block.sums:
        if any(re.search(word, before) for word in one.words):
            parts = [amount("TIME", values.get(name, _default(block, name))) for name in one.of]
            if sum((part or Decimal(0) for part in parts), Decimal(0)) == amount("TIME", made):
                return True
    return False


def _default(block: Block, name: str) -> str:
    found = block.parameter(name)
    assert found is not None
    return found.default
