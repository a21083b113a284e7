"""English ways to say what others say more plainly, put in the plain words before a sentence is read.

Each is a matter of words only: "is to be" is "shall be", "is required" is "shall be provided", "inspected at intervals
not exceeding 12 months" has an inspection interval of not more than 12 months. What a person would have to think about
is left as it stands, and so is unread.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from assay.skills.rules.grammar.dimensions import dimension
from assay.skills.rules.grammar.quantities import CONTENT, quantity_at
from assay.skills.rules.grammar.words_en import COMPARE, MODAL, PROHIBITED, PROPERTY

_I = re.IGNORECASE


def _higher(match: re.Match[str]) -> str:
    return f" {match['unit']} {'above' if match['side'].lower() == 'higher' else 'below'} "


_PLAIN: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (
        re.compile(r"\bit is recommended that (?P<what>.+?)\s(?P<verb>be|have|not exceed|exceed)\s", _I),
        r"\g<what> should \g<verb> ",
    ),
    (re.compile(r"\b(?:is|are) not to (?=(?:be|exceed|have)\b)", _I), "shall not "),
    (re.compile(r"\b(?:is|are|has|have|needs?) to (?=(?:be|have)\b)", _I), "shall "),
    (re.compile(r"\b(?:is|are) required(?=(?:\s(?:for|in|at|on|between)\s[^,;]*)?$)", _I), "shall be provided"),
    (re.compile(r"\b(?:equal or exceed|meet or exceed)\b", _I), "be at least"),
    (re.compile(r"\bat or above\b(?=\s\S*\d)", _I), "at least"),
    (re.compile(r"\bat or below\b(?=\s\S*\d)", _I), "at most"),
    (re.compile(r"\b(?P<not>not|no) (?:in excess of|over|above)(?=\s[-+]?\d)", _I), r"\g<not> more than"),
    (re.compile(r"\b(?P<not>not|no) (?:below|under)(?=\s[-+]?\d)", _I), r"\g<not> less than"),
    (
        re.compile(
            r"\b(?:in no case|under no circumstances|at no time) (?P<modal>shall|should|must|may) (?P<what>.+?) "
            r"(?P<verb>exceed|be|have|fall|rise|drop)\b",
            _I,
        ),
        r"\g<what> shall not \g<verb>",
    ),
    (re.compile(r"\bwhose (?P<what>[a-z][a-z -]*?) exceeds?\b", _I), r"with a \g<what> exceeding"),
    (
        re.compile(
            r"\bwhose (?P<what>[a-z][a-z -]*?) (?:is|are) (?=(?:above|below|over|under|more|less|greater|at)\s)", _I
        ),
        r"with a \g<what> ",
    ),
    (re.compile(r"(?<=\d) (?P<unit>[a-z]+) (?P<side>higher|lower) than (?=[a-z])", _I), _higher),
    (re.compile(r"\b(?P<who>they|it) (?:is|are) rated (?=above|below|over|under|at|more|less)", _I), r"\g<who> rated "),
    (
        re.compile(r"\b(?P<low>(?:no|not) less than [^,;]+?),? nor (?P<more>more|greater) than\b", _I),
        r"\g<low> and not \g<more> than",
    ),
    (
        re.compile(r"(?<=[\w%²³]) and (?:above|over|upwards|greater|larger|more)(?=$|[,;]| shall| should| must)", _I),
        " or more",
    ),
    (re.compile(r"(?<=[\w%²³]) and (?:below|less|under|smaller)(?=$|[,;]| shall| should| must)", _I), " or less"),
    (re.compile(r"\brated (?P<value>\d[\d.,]* ?[^\W\d]+) or more\b", _I), r"rated at least \g<value>"),
    (re.compile(r"\brated (?P<value>\d[\d.,]* ?[^\W\d]+) or less\b", _I), r"rated at most \g<value>"),
    (re.compile(r"\bweighing (?=(?:more|less|over|up|not|at))", _I), "with a weight of "),
    (re.compile(r"\bnot to exceed\b", _I), "not exceeding"),
    (re.compile(r"\b(?:within|in) (?:an?|the) (?:range|limits) (?:of |from |between )?(?=[-+\d])", _I), "between "),
    (re.compile(r"\bbe (?:limited|restricted) to (?:a maximum of )?(?=(?:\S*\d|half|twice))", _I), "be at most "),
    (
        re.compile(r"\bbe set (?:to (?:open|lift|relieve|operate) )?at or below (?=[a-z])", _I),
        "have a set pressure of at most ",
    ),
    (
        re.compile(
            r"^(?P<lead>.*?)\bthere (?P<modal>shall|must|should) be (?P<what>[^,;]+?)"
            r" (?P<where>(?:in|at|on|for|within|around|between|along|above|under) [^,;]+)$",
            _I,
        ),
        r"\g<lead>\g<what> \g<modal> be provided \g<where>",
    ),
    (
        re.compile(
            r",\s(?:with|having) (?=an? [a-z -]+ (?:of )?(?:not|no more|no less|at least|at most|less|more"
            r"|between)\b)",
            _I,
        ),
        " and shall have ",
    ),
    (
        re.compile(
            r"(?<=\band the )(?P<what>(?:(?!shall|should|must|is |are )[a-z-]+ ?){1,4}?) (?=(?:not"
            r"|no) (?:higher|lower|more|less|greater) than\b)",
            _I,
        ),
        r"\g<what> shall be ",
    ),
    (re.compile(r"\bbe (?:capable of (?:withstanding)|able to withstand)\b", _I), "withstand"),
)
_NEAR = re.compile(
    r"\b(?P<modal>shall|should|must) (?:not be|be no|be not)"
    r"(?: (?:located|installed|placed|sited|erected|stored|mounted))?"
    r"(?: no)? (?:closer|nearer) than (?P<size>[-\d.]+ ?[^\W\d][^\s,;]*) (?:to|from) (?P<what>[^,;]+)",
    _I,
)
_DONE = {
    "inspected": "inspection",
    "tested": "test",
    "calibrated": "calibration",
    "cleaned": "cleaning",
    "replaced": "replacement",
    "lubricated": "lubrication",
    "checked": "check",
    "verified": "verification",
    "serviced": "service",
    "examined": "examination",
    "overhauled": "overhaul",
    "sampled": "sampling",
    "greased": "greasing",
    "recalibrated": "recalibration",
    "flushed": "flushing",
    "drained": "draining",
    "changed": "change",
    "renewed": "renewal",
    "reviewed": "review",
    "analysed": "analysis",
    "analyzed": "analysis",
}
_TIMES = {"twice": 2, "two times": 2, "three times": 3, "four times": 4}
_TIMES_A_YEAR = re.compile(
    r"(?:at least )?(?P<times>twice|two times|three times|four times) (?:a|per|every|each) year$", _I
)
"""Twice a year is every six months."""
_OFTEN = re.compile(
    rf"\bbe (?:[a-z]+ly )?(?P<way>proof[- ]|leak[- ]|load[- ])?(?P<verb>{'|'.join(_DONE)})(?P<how> [a-z]+ly)?"
    r" (?:at (?:regular )?intervals? (?:not exceeding|(?:of )?(?:not|no) "
    r"(?:more|longer|greater) than|of at most|not longer than) (?P<time>[^,;]+)"
    r"|(?P<adverb>annually|yearly|monthly|weekly|daily|quarterly)"
    r"|at least (?:once )?(?:every (?P<every>[^,;]+)|(?P<also>annually|yearly|monthly|weekly|daily|quarterly)"
    r"|(?:once )?(?:a|per|each) (?P<each>year|month|week|day)))$",
    _I,
)
_ADVERBS = {"annually": "1 year", "yearly": "1 year", "monthly": "1 month", "weekly": "1 week", "daily": "1 day"}
_ADVERBS |= {"quarterly": "3 months"}
_AT_A = re.compile(
    r"\bbe (?P<way>hydrostatically |pneumatically |hydraulically )?(?P<verb>stored|operated|designed|tested"
    r"|pressure tested|set(?: to (?:open|lift|relieve|operate|trip|alarm))?) (?:at|for|to) an? "
    r"(?P<property>temperature|pressure|voltage|speed|level) (?:of )?"
    r"(?P<value>(?:not|no|at|less|more|between|exceeding|below|above|up to|\d)\s?.*)$",
    _I,
)
_PREFIX = {"stored": "storage", "operated": "operating", "designed": "design", "tested": "test", "pressure": "test"}
_WAYS = {"hydrostatically": "hydrostatic ", "pneumatically": "pneumatic ", "hydraulically": "hydraulic "}
_TRIED = re.compile(
    r"\bbe (?P<way>hydrostatically |pneumatically |hydraulically |proof[ -]|pressure[ -]|load[ -]|hydro)?"
    r"tested (?:at|to|with) "
    r"(?P<value>(?:an?\s)?(?:not|no|at|less|more|between|twice|\d)\s?.*)$",
    _I,
)
_RATED = re.compile(r"\bbe rated (?:at|for|to)?\s?(?P<value>(?:not|no|at|less|more|between|\d)\s?.*)$", _I)
_HAVING_OF = re.compile(
    r"\b(?:have|contain) (?:an? )?(?P<value>(?:not less than|no less than|at least"
    r"|a minimum of|not more than|no more than"
    r"|at most) [-\d.,]+ ?[^\W\d]\S*)"
    r" of (?P<property>[a-z][a-z -]*)$",
    _I,
)
"""have not less than 2.1 m of headroom."""
_RUN = re.compile(
    r"^(?P<subject>.+?) (?P<modal>shall|should|must)(?P<not> not)?"
    r" (?P<verb>operate|be operated|be stored|be kept|be maintained)"
    r"(?: at)? (?P<value>(?:above|below|over|under|not|no|at (?:least|most)|between)\s.*)$",
    _I,
)
_KINDS = ("power", "voltage", "current", "temperature", "pressure")


def plainly(text: str) -> str:
    """The sentence with its manners of speech put plainly."""
    for pattern, plain in _PLAIN:
        text = pattern.sub(plain, text)
    return _NEAR.sub(r"\g<modal> be at least \g<size> from \g<what>", text)


def plain_clause(clause: str) -> str:
    """A clause with one modal verb, with what is done how often, at what, or rated to what as a property."""
    clause = re.sub(r"\b(?:shall|must) be (?P<what>prohibited|forbidden)\b", r"is \g<what>", clause, flags=_I)
    if MODAL.search(clause) is None and PROHIBITED.search(clause) is None:
        return re.sub(r"^(?P<what>[^≤≥]+?)\s?(?P<sign>[≤≥])\s?(?=[-+\d])", r"\g<what> shall be \g<sign> ", clause)
    if (match := _HAVING_OF.search(clause)) and (
        PROPERTY.search(match["property"]) or _content(match["value"]) or _of_one_word(match)
    ):
        return f"{clause[: match.start()]}have a {match['property']} of {match['value']}"
    clause = _TIMES_A_YEAR.sub(lambda match: f"at least every {12 // _TIMES[match['times'].lower()]} months", clause)
    if match := _OFTEN.search(clause):
        time = match["time"] or match["every"] or match["each"] or _ADVERBS[(match["adverb"] or match["also"]).lower()]
        time = (
            time if re.match(r"\d|one|two|three|four|five|six|seven|eight|nine|ten|twelve", time, _I) else f"1 {time}"
        )
        done = f"{(match['way'] or '').replace('-', ' ')}{_DONE[match['verb'].lower()]}"
        return f"{clause[: match.start()]}have a {done} interval of not more than {time}"
    if match := _AT_A.search(clause):
        verb, way = match["verb"].lower().split()[0], _WAYS.get((match["way"] or "").strip().lower(), "")
        name = f"{way}{_PREFIX.get(verb, verb)} {match['property']}"
        return f"{clause[: match.start()]}have a {name} of {match['value']}"
    if (match := _TRIED.search(clause)) and (kind := _kind(match["value"])):
        way = _WAYS.get(
            (match["way"] or "").strip().lower(), "proof " if "proof" in (match["way"] or "").lower() else ""
        )
        return f"{clause[: match.start()]}have a {way}test {kind} of {match['value']}"
    if (match := _RATED.search(clause)) and (kind := _kind(match["value"])):
        bound = "at least " if re.search(r"rated for \d", match.group()) else ""  # a higher rating does no harm
        return f"{clause[: match.start()]}have a rated {kind} of {bound}{match['value']}"
    if (match := _RUN.match(clause)) and (kind := _kind(match["value"])) in ("temperature", "pressure"):
        verb = match["verb"].split()[-1].lower()
        if verb in ("kept", "maintained") or MODAL.search(match["subject"]):
            return clause
        name = "storage" if verb == "stored" else "operating"
        minus = match["not"] or ""
        return f"The {name} {kind} of {match['subject']} {match['modal']}{minus} be {match['value']}"
    return clause


def _of_one_word(match: re.Match[str]) -> bool:
    """At least 1 m of cover: what there is so much of, in one or two words."""
    return re.fullmatch(r"[a-z]+(?: [a-z]+)?", match["property"]) is not None and "length" in dimension_of(
        match["value"]
    )


def dimension_of(value: str) -> str:
    """The kind of the quantity behind a comparison, "" for none."""
    cut = COMPARE.match(value)
    read = quantity_at(value, cut.end() if cut else 0)
    return "" if read is None else dimension(read.limits[0].unit)


def _content(value: str) -> bool:
    cut = COMPARE.match(value)
    read = quantity_at(value, cut.end() if cut else 0)
    return read is not None and all(limit.unit in CONTENT for limit in read.limits)


def _kind(value: str) -> str:
    """What a value measures: by its unit, or by the last word of the field that it is a share of."""
    cut = COMPARE.match(value)
    words = value[cut.end() :] if cut else re.sub(r"^(?:above|below|over|under|between)\s", "", value)
    read = quantity_at(words)
    kind = dimension(read.limits[0].unit) if read and len(read.limits) <= 2 else ""
    if kind in _KINDS:
        return kind
    last = re.search(r"(?P<kind>power|voltage|current|temperature|pressure|load|torque|speed)$", words)
    return last["kind"] if last else ""
