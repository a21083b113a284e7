"""English sentences of standards: [where ...,] subject, modal verb, requirement [, except ...]; several joined by and.

Whatever is not understood stops the reading of the whole sentence.
"""

from __future__ import annotations

import re
from dataclasses import fields, replace

from assay.skills.rules.grammar.build import NUMBERED, SURROUNDING, Reading, Stop, plain
from assay.skills.rules.grammar.conditions_en import conditions_en, relative_en
from assay.skills.rules.grammar.counts_en import counts_itself
from assay.skills.rules.grammar.orders_en import as_sentence
from assay.skills.rules.grammar.predicates_en import owned, requirement
from assay.skills.rules.grammar.quantities import quantity_at
from assay.skills.rules.grammar.tidy import tidied, without_method
from assay.skills.rules.grammar.wider_en import amount_first
from assay.skills.rules.grammar.wording_en import plain_clause, plainly
from assay.skills.rules.grammar.words_en import (
    COMPARE,
    MODAL,
    PERMITTED,
    PROHIBITED,
    PROPERTY,
    SOFT,
    bare,
    property_start,
)
from assay.skills.rules.rule import Name, Op, Part, Severity, Test

_IF = r"where|when|whenever|while|if|in (?:areas|locations|places|rooms|zones|cases) where|provided that|as long as"
_BUT = r"except (?:where|when|if|for|in|on|during|at|that)|unless|except|other than|with the exception of"
_LEAD = re.compile(rf"(?P<mark>{_IF}|{_BUT}|for|in|during|at(?! least| most)|on)\s(?P<what>.+)", re.IGNORECASE)
_TRAIL = re.compile(rf",?\s(?P<mark>{_IF}|{_BUT})\s(?P<what>.+)$", re.IGNORECASE)
_NEXT = re.compile(r"(?:,\s?(?:and|but)\s|,\s|\s(?:and|but)\s)", re.IGNORECASE)
_NOR = re.compile(
    r"(?P<not>\b(?P<modal>shall|must|should) not [^,;]+?),?\s(?:nor|or)\s(?:(?P<verb>fall|drop|be|rise|exceed)\s)?"
    r"(?=(?:below|above|(?:higher|lower|less|more|greater|larger|smaller)\sthan)\s[-+\d]|(?<=exceed\s)[-+\d])",
    re.IGNORECASE,
)
"""Not A nor B is not A and not B ("shall not exceed 40 °C or fall below 5 °C")."""
_SIZE = r"[\d.]+\s?[^\W\d]+\.?"
_BOTH = re.compile(
    rf"(?P<low>(?:not less than|at least|more than) {_SIZE}) and (?P<high>(?:not more than|at most"
    rf"|less than) {_SIZE}) "
    r"(?P<adjective>wide|high|tall|long|thick|deep|in (?:width|height|length|thickness|depth|diameter))\b"
)
"""Two bounds with one word for what is measured ("not less than 30 in and not more than 38 in high")."""
_NONE = re.compile(r"^no\s(?P<what>.+?)\s(?P<be>is|are)\s(?:allowed|permitted)\b", re.IGNORECASE)
_EXTREME = re.compile(
    r"^(?P<what>(?:the\s)?(?:maximum|minimum)\s(?:(?:allowable|permissible|permitted|required"
    r"|acceptable)\s)?[^,]+?)\s(?:is|are)"
    r"(?=\s(?:\d|(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve)\b))",
    re.IGNORECASE,
)
"""A limit that is stated without a modal verb ("the maximum allowable leakage is 0.1 %")."""
_FOR = re.compile(r"\sfor\s(?P<what>(?!an?\s|\d|at |not |more |less )[^,]*?[a-z]\s[^,]*\d[^,]*)$", re.IGNORECASE)
_FOR_KIND = re.compile(r"\d(?:\s?[^\s\d]{1,8})?(?P<cut>\sfor\s(?P<what>[a-z][a-z-]*(?:\s[a-z-]+){0,2}s))$")
"""Whose limit it is, behind it ("... 6 mm for tanks with a diameter of 15 m or more")."""
_VAGUE = re.compile(
    r"\b(?:(?<!unless )otherwise|as far as|where practicable|if necessary|as necessary|adequate|suitable|sufficient"
    r"|appropriate|whichever"
    r"|preferably|respectively|either|as \w+ as (?:possible|practicable|reasonably)|where (?:necessary"
    r"|possible|needed)"
    r"|so that|such that|so as to|in such a way|approximately|sufficiently|properly|periodically|regularly"
    r"|about(?=\s\d)|if (?:possible|needed))\b",
    re.IGNORECASE,
)


def read_en(text: str) -> list[Part]:
    """The parts of an English sentence. Raises Stop when any of it stays unread."""
    text = plainly(as_sentence(" ".join(tidied(NUMBERED.sub("", plain(text))).split()).rstrip(". ;")))
    if (vague := _VAGUE.search(text)) is not None:
        raise Stop("vague", vague.group())
    parts: list[Part] = []
    text = _BOTH.sub(r"\g<low> \g<adjective> and \g<high> \g<adjective>", text)
    text = _NOR.sub(lambda match: f"{match['not']} and {match['modal']} not {match['verb'] or 'be'} ", text)
    reading = Reading()
    for group in re.split(r";\s", text):
        reading = reading.next()
        _read_group(group.strip(), reading)
        parts += reading.finish(group)
    return parts


def _read_group(group: str, reading: Reading) -> None:
    group = _leading(group, reading)
    before = len(reading.when)
    group = _trailing(without_method(group) if COMPARE.search(group) else group, reading)
    clauses = _clauses(group)
    if len(reading.when) > before and sum(MODAL.search(clause) is not None for clause in clauses) > 1:
        raise Stop("scope", group)  # "A shall ... and B shall ... if ...": of both, or of the last?
    for clause in clauses:
        _clause(clause, reading)
    reading.when[before:] = [_owned(tests, reading.object) for tests in reading.when[before:]]


def _owned(tests: tuple[Test, ...], object: str) -> tuple[Test, ...]:
    """Bare properties of a condition behind the requirement belong to its object ("... if the volume exceeds 1 m³")."""
    return tuple(
        test.model_copy(update={"field": Name(object=object, property=test.field.property)})
        if not test.field.object
        and property_start(test.field.property) == 0
        and not SURROUNDING.search(test.field.property)
        else test
        for test in tests
    )


def _leading(group: str, reading: Reading) -> str:
    """What stands before the main clause, up to the comma whose rest has a modal verb and what is before has none."""
    group = re.sub(r"^(?:however|and|but),?\s", "", group, flags=re.IGNORECASE)
    while (lead := _LEAD.match(group)) is not None:
        for comma in re.finditer(r",\s", group):
            before, after = group[lead.start("what") : comma.start()], group[comma.end() :]
            if MODAL.search(before) or not (MODAL.search(after) or PROHIBITED.search(after)):
                continue
            if _take(lead["mark"], before, reading):
                break
        else:
            raise Stop("condition", group)
        group = after
    return group


def _trailing(group: str, reading: Reading) -> str:
    while (trail := _last(group)) is not None:
        if MODAL.search(trail["what"]):
            raise Stop("condition", trail["what"])
        if not _take(trail["mark"], trail["what"], reading):
            raise Stop("condition", trail["what"])
        group = group[: trail.start()]
    kind = _FOR_KIND.search(group)
    if kind and len(MODAL.findall(group)) == 1 and COMPARE.search(group[: kind.start("cut")]):
        reading.condition([(Test(field=Name(property=bare(kind["what"])), op=Op.PRESENT),)])
        return group[: kind.start("cut")]
    if (whose := _FOR.search(group)) and len(MODAL.findall(group)) == 1 and COMPARE.search(group[: whose.start()]):
        front, _ = _quiet_relative(whose["what"])
        if front or (front := _measured(whose["what"], reading)):
            reading.condition(front)
            return group[: whose.start()]
    return group


def _measured(what: str, reading: Reading) -> list[tuple[Test, ...]]:
    """A condition of a measure behind the requirement ("... for voltages up to 600 V"), else none."""
    try:
        found = conditions_en(what, reading.object)
    except Stop:
        return []
    lasts = r"(?:period|duration|time|hours?|minutes?|days?)s?$"
    tests = [test for group in found for test in group]
    sound = all(test.limits and not re.search(lasts, test.field.property) for test in tests)
    return found if sound else []


def _last(group: str) -> re.Match[str] | None:
    """The last trailing condition of a clause."""
    found = None
    for cut in re.finditer(rf",?\s(?:{_IF}|{_BUT})\s", group, re.IGNORECASE):
        found = _TRAIL.match(group, cut.start())
    return found


def _take(mark: str, what: str, reading: Reading) -> bool:
    """Keep a condition or exception; False when its words are not one."""
    mark = mark.lower()
    try:
        if re.fullmatch(_BUT, mark):
            _except(what, reading)
        elif re.fullmatch(_IF, mark):
            reading.condition(conditions_en(what, reading.object))
        else:
            _topic(mark, what, reading)
    except Stop:
        return False
    return True


def _except(what: str, reading: Reading) -> None:
    """An exception leaves out the whole when all of it holds; "or" makes several exceptions."""
    front, _ = _quiet_relative(what)
    groups = front or conditions_en(what)
    if any(len(group) > 1 for group in groups):
        if len(groups) > 1:
            raise Stop("and_or", what)
        reading.unless += [(test,) for test in groups[0]]
    else:
        reading.unless.append(tuple(group[0] for group in groups))


def _quiet_relative(what: str) -> tuple[list[tuple[Test, ...]], str]:
    try:
        return relative_en(what)
    except Stop:
        return [], what


def _topic(mark: str, what: str, reading: Reading) -> None:
    """``for pipes with a diameter above 50 mm``, ``in buildings over 24 m in height``, ``in wet rooms``."""
    front, head = _quiet_relative(what)
    if front:
        reading.condition(front)
        reading.object = bare(head)
        return
    if re.search(r"\d", what):
        reading.condition(conditions_en(what, reading.object))
        return
    if mark == "for" and not re.search(r"\sor\s|\sand\s|,", what):
        reading.condition([(Test(field=Name(property=bare(what)), op=Op.PRESENT),)])
        return
    if mark in ("in", "during", "at", "on") and not re.search(r"\sor\s|,", what):
        reading.condition([(Test(field=Name(property=bare(what)), op=Op.PRESENT),)])
        return
    raise Stop("condition", what)


def _clauses(group: str) -> list[str]:
    """The group cut where a new clause begins: one with its own modal verb, or a comparison that goes on."""
    found, start = [], 0
    for cut in _NEXT.finditer(group):
        before, after = group[start : cut.start()], group[cut.end() :]
        if not (MODAL.search(before) or PROHIBITED.search(before)):
            continue
        following = _NEXT.split(after)[0]
        modal = MODAL.search(after)
        goes_on = COMPARE.match(following) or (re.match(r"(?:a|an)\s", following) and COMPARE.search(following))
        head = after[: modal.start()] if modal else ""
        own = modal is not None and (_HELD.match(head) or not COMPARE.search(head)) and "," not in head
        if own and _NEXT.search(head):
            own = _heads(head)
        goes_on = goes_on or re.match(r"be\s(?:at least|not (?:less|more)|at most|between|\d)", following)
        measured = re.match(r"\d", following) and re.search(
            r"\b(?:wide|high|long|deep|thick)$|^[\d.]+\s\S+\s(?:away\s)?(?:from|above|below)\s[^\d]+$", following
        )
        done = re.match(r"(?:[a-z]+ed|kept|made|free|clear)\s[a-z]", following) and re.search(r"\bbe\s.*\d", before)
        if own or goes_on or measured or done:
            if re.search(r"\s(?:above|below|over|under)$", before):
                continue
            ended = re.search(r"\bbetween\s[-\d.]+[^,]*\sand\s[-\d.]+(?:\s\S+)?$", before) and re.match(r"an?\s", after)
            if not ended and re.search(r"\bbetween\s[^,]*$", before) and cut.group().strip() == "and" and not modal:
                continue
            found.append(before)
            start = cut.end()
    return [*found, group[start:]]


_HELD = re.compile(r"[a-z][a-z -]*?\s(?:with|having|of|over|above|below|exceeding)\s", re.IGNORECASE)
"""A subject whose condition stands behind it ("boilers with more than 47 m² of heating surface")."""


def _heads(words: str) -> bool:
    """Whether words before a modal verb are one subject although "and" stands in them ("corridors and stairs")."""
    first = _NEXT.split(words)[0]
    return bool(PROPERTY.search(first.partition(" of ")[0])) or " of " in words


_TAIL = re.compile(
    r",?\s(?P<link>at|in|under|over|across|during|after|before|following|without|throughout|inside|outside"
    r"|along|near|on"
    r"|for)\s(?P<what>[^,;]+)$",
    re.I,
)
"""Where, in which state or over which time a limit is measured, behind it ("... 85 dB(A) at 1 m from the machine")."""


def _clause(clause: str, reading: Reading) -> None:
    """A clause as it stands, or without what stands behind its limit and says where it holds, which is a condition."""
    before = replace(reading, parts=list(reading.parts), when=list(reading.when), known=dict(reading.known))
    try:
        _whole_clause(clause, reading, ())
    except Stop as stop:
        tail = _tail(clause)
        if tail is None:
            raise
        for field in fields(Reading):
            setattr(reading, field.name, getattr(before, field.name))
        word = f"{tail['link'].lower()} " if tail["link"].lower() in ("before", "after", "following", "without") else ""
        state = Test(field=Name(property=f"{word}{bare(tail['what'])}"), op=Op.PRESENT)
        try:
            _whole_clause(clause[: tail.start()], reading, ((state,),))
        except Stop:
            raise stop from None


_BESIDE = re.compile(
    r"\s(?:apart|wide|high|tall|long|thick|deep|in (?:width|height|length|thickness|depth|diameter))\b"
)


def _tail(clause: str) -> re.Match[str] | None:
    """The words behind the last limit of a clause that say where it is measured; None where there are none."""
    for cut in COMPARE.finditer(clause):
        read = quantity_at(clause, cut.end())
        if read is None or not any(one.unit for one in read.limits):
            continue
        beside = _BESIDE.match(clause, read.end)
        match = _TAIL.match(clause, beside.end() if beside else read.end)
        if match is not None and not COMPARE.search(match["what"]) and not MODAL.search(match["what"]):
            lasts = tail_lasts(match)
            return None if lasts or re.search(r"\b(?:least|most|more|less|and|or)\b", match["what"]) else match
    return None


def tail_lasts(match: re.Match[str]) -> bool:
    """For 30 min: how long a limit is kept is another requirement."""
    return (
        match["link"].lower() == "for"
        and re.match(r"(?:an? )?(?:\d|[a-z]+ (?:hour|minute|second|day))", match["what"]) is not None
    )


def _whole_clause(clause: str, reading: Reading, state: tuple[tuple[Test, ...], ...]) -> None:
    clause = _NONE.sub(r"\g<what> \g<be> not permitted", clause.strip(" ,"))
    clause = plain_clause(_EXTREME.sub(r"\g<what> shall be", clause))
    clause, when = _in_state(clause)
    when = (*state, *when)
    if COMPARE.search(clause):
        clause = without_method(clause)
    if match := PROHIBITED.search(clause):
        reading.add(_prohibited(clause, match), Severity.MANDATORY)
        return
    modal = MODAL.search(clause)
    if modal is None:
        if not reading.parts:
            raise Stop("no_requirement", clause)
        if re.match(r"(?:[a-z]+ed|kept|made|free|clear)\s[a-z]", clause):
            clause = f"be {clause}"
        # "... and not more than 2.2 m": subject and modal verb of the clause before.
        last = reading.parts[-1]
        reading.add(requirement("", clause, False, reading), last.severity, when)
        return
    word = modal["modal"].lower()
    if word in PERMITTED:
        raise Stop("permission", clause)
    minus = bool(modal["minus"]) or "not permitted" in word or "prohibited" in word
    subject, rest = clause[: modal.start()].strip(), clause[modal.end() :].strip()
    if MODAL.search(rest):
        raise Stop("two_modals", clause)
    if word.endswith("to be") or word in ("is to be", "are to be"):
        rest = f"be {rest}"
    none = re.match(r"(?:no|none of the)\s(?!(?:fewer|less|more)\sthan)", subject, re.IGNORECASE)
    if none:
        rest = re.sub(r"^be (?:installed|fitted|placed|located)(?= between\s)", "be made", rest)
        subject, minus = subject[none.end() :], not minus
    whole = not subject or owned(subject) or counts_itself(subject) or amount_first(subject, rest)
    front, subject = ([], subject) if whole else relative_en(subject)
    if reading.parts:
        when = (*when, *front)  # a later subject's condition is its own
    else:
        reading.condition(front)
    soft = Severity.RECOMMENDED if word in SOFT else Severity.MANDATORY
    reading.add(requirement(subject, rest, minus, reading), soft, when)


_STATE = (
    r"(?:(?:at|under|during|in)\s(?P<state>(?:the\s)?(?:(?:full|rated|no|partial|part|half|maximum|minimum"
    r"|normal|design"
    r"|nominal|all|steady|continuous|emergency|worst[- ]case|stated|specified|operating|ambient|shutdown|start-?up"
    r"|running|transient|fault)\s){1,3}(?:load|speed|flow|point|operation|running|service|conditions?"
    r"|capacity|output|voltage|current"
    r"|temperature|pressure)|start-?up|shut-?down|braking|charging|discharging|filling|transport|storage)"
    r"|during\s(?P<during>(?:the\s)?[a-z-]+(?:\s[a-z-]+)?)|(?P<then>(?:after|before"
    r"|following)\s(?:the\s)?[a-z-]+(?:\s[a-z-]+)?))"
)
_STATE_BEHIND = re.compile(rf",?\s{_STATE}$", re.IGNORECASE)
_STATE_INSIDE = re.compile(rf"\s{_STATE}(?=\s(?:shall|should|must)\b)", re.IGNORECASE)


def _in_state(clause: str) -> tuple[str, tuple[tuple[Test, ...], ...]]:
    """A clause without the state in which its limit holds ("the power factor at full load shall ...")."""
    if COMPARE.search(clause) is None and not re.search(r"between|within", clause):
        return clause, ()
    for pattern in (_STATE_INSIDE, _STATE_BEHIND):
        match = pattern.search(clause)
        if match is not None and not COMPARE.search(f"{match.group()} 1"):
            said = match["state"] or match["during"] or match["then"]
            state = Test(field=Name(property=bare(said)), op=Op.PRESENT)
            before = clause[: match.start()]
            if property_start(before) < len(before) or pattern is _STATE_BEHIND or _measure_of(before):
                return before + clause[match.end() :], ((state,),)
    return clause, ()


def _measure_of(words: str) -> bool:
    """Whether words are "the X of Y" with a measure X ("the wall thickness of the shell")."""
    return " of " in words and PROPERTY.search(bare(words).partition(" of ")[0]) is not None


def _prohibited(clause: str, match: re.Match[str]) -> list[Test]:
    what, where = clause[: match.start()], clause[match.end() :].strip()
    place = re.fullmatch(r"(?:in|on|inside|within|at|near)\s(?P<place>.+)", where)
    if re.search(r"\d", clause) or (where and place is None):
        raise Stop("phrase", clause)
    object = bare(place["place"]) if place else ""
    return [Test(field=Name(object=object, property=bare(what)), op=Op.ABSENT)]
