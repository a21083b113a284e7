"""Past work orders of an alarm's equipment. What people wrote in them is text from outside."""

from __future__ import annotations

from collections import Counter
from typing import Any

from assay.plant.file_table import simple
from assay.skills.alarms.explain.arguments import Case
from assay.skills.alarms.explain.documents import printable
from assay.skills.alarms.explain.terms import LOOP, terms_of
from assay.skills.alarms.times import iso


def past_orders(case: Case, orders: list[dict[str, Any]], most: int) -> dict[str, Any]:
    """The ``most`` latest orders of the tag, its equipment or that of its control loop up to the moment looked at, and
    the frequent codes.

    An order belongs when its equipment or equipment name is one of the names, or when it names the tag in its text.
    """
    names = {simple(term.text) for term in terms_of(case) if term.weight >= LOOP}
    tag = next(term for term in terms_of(case) if term.text == case.name[0])
    now = iso(case.at)
    found = [
        one
        for one in orders
        if {simple(one["equipment"]), simple(one["name"])} & names
        or tag.found_in(" ".join((one["description"], one["note"])))
    ]
    known = [one for one in found if not one["time"] or one["time"] <= now]
    known.sort(key=lambda one: (one["time"], one["id"]), reverse=True)
    codes = Counter((one["code"], one["meaning"]) for one in known if one["code"] or one["meaning"])
    return {
        "orders": len(orders),
        "count": len(known),
        "list": [{name: _plain(value) for name, value in one.items()} for one in known[:most]],
        "codes": [
            {"code": printable(code), "meaning": printable(meaning), "count": count}
            for (code, meaning), count in sorted(codes.items(), key=lambda one: (-one[1], one[0]))[:most]
        ],
    }


def _plain(value: Any) -> Any:
    return printable(value) if isinstance(value, str) else value
