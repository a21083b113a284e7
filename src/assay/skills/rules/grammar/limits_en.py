"""What stands behind an English comparison: quantities, other fields times a number, grades."""

from __future__ import annotations

import re
from decimal import Context, Decimal

from assay.skills.rules.grammar.build import Stop
from assay.skills.rules.grammar.quantities import Read, quantity_at
from assay.skills.rules.grammar.words_en import ADJECTIVES, COMPARE, PHRASES, PROPERTY, bare, property_start
from assay.skills.rules.rule import Limit, Name

GRADE = re.compile(
    r"(?:(?:class|grade|type|category)\s[A-Z0-9]{1,4}(?:\.\d)?|SIL\s?[1-4]|PL\s?[a-e]\b|IP\s?[0-9X]{2}"
    r"|[PD]N\s?\d+|[A-Z]{1,3}\d{1,4}[A-Z]?)",
    re.IGNORECASE,
)
_FACTOR = re.compile(
    r"(?P<word>twice|half(?: of)?|one[- ]half(?: of)?|double|three times|(?P<low>.+?) times(?!\sper\s)"
    r"|(?P<share>[±\d].*?%|.+? per ?cent|\d+/\d+"
    r"|(?:an?|one|two|three|four|five)[- ](?:third|quarter|fifth|sixth|eighth|tenth)s?)"
    r" of)\s+(?P<of>.+)"
)
_PLUS = re.compile(r"(?P<of>[a-z][^\d]*?)\s(?P<sign>plus|minus)\s(?P<rest>\d.*)")
_ADDED = re.compile(r"(?P<rest>\d[^,]*?)\s(?P<sign>plus)\s(?P<of>[a-z][^\d,]*)")
_BETWEEN_TIMES = re.compile(
    r"(?:between|from)\s(?P<low>\d+(?:\.\d+)?)\s(?:times\s)?(?:and|to)\s(?P<high>\d+(?:\.\d+)?) times (?P<of>[^,;]+)"
)
_BETWEEN_SHARES = re.compile(
    r"(?:between|from)\s(?P<low>\d+(?:\.\d+)?)\s?%?\s(?:and|to)\s(?P<high>\d+(?:\.\d+)?)\s?% of (?P<of>[^\d,;]+)"
)
_SHARE_ABOVE = re.compile(
    r"(?P<share>\d+(?:\.\d+)?)\s?(?:%|percent|per cent)\s(?P<side>above|higher than|greater than|more than|below"
    r"|lower than|less than)\s(?P<of>[^\d,;]+)"
)
_WORDS = {
    "twice": Decimal(2),
    "double": Decimal(2),
    "half": Decimal("0.5"),
    "half of": Decimal("0.5"),
    "one-half": Decimal("0.5"),
    "one half": Decimal("0.5"),
    "one-half of": Decimal("0.5"),
    "one half of": Decimal("0.5"),
    "three times": Decimal(3),
}
_PARTS = {
    word: Decimal(n)
    for word, n in zip("third quarter fifth sixth eighth tenth".split(), (3, 4, 5, 6, 8, 10), strict=True)
}
_BESIDE = re.compile(rf"\s*(?P<word>{'|'.join(sorted(ADJECTIVES, key=len, reverse=True))})\b\s*")
_TAKEN = re.compile(
    r"(?P<property>.+?)\s(?:measured|taken|determined)\s(?:on|at|in|across|between|from)\s(?P<object>.+)", re.IGNORECASE
)
_IN = r"in front of|downstream of|upstream of|in|through|at|above|below|around|on|under|inside|for|near|across|along"


def limits_en(text: str, object: str = "") -> tuple[tuple[Limit, ...], str]:
    """The one or two limits that begin ``text`` and the words left over. Raises Stop."""
    text = text.strip(" ,")
    if (above := _SHARE_ABOVE.fullmatch(text)) and PROPERTY.search(name_en(above["of"], object).property):
        share = Decimal(above["share"]) / 100 * (-1 if above["side"] in ("below", "less than", "lower than") else 1)
        return (Limit(number=1 + share, of=name_en(above["of"], object)),), ""
    if shares := _BETWEEN_SHARES.fullmatch(text):
        name = name_en(shares["of"], object)
        if PROPERTY.search(name.property) is None:
            raise Stop("limit", text)
        return tuple(Limit(number=Decimal(shares[end]) / 100, of=name) for end in ("low", "high")), ""
    if times := _BETWEEN_TIMES.fullmatch(text):
        name = name_en(times["of"], object)
        if PROPERTY.search(name.property) is None or re.search(r"\d", times["of"]):
            raise Stop("limit", text)
        return tuple(Limit(number=Decimal(times[end]), of=name) for end in ("low", "high")), ""
    if match := _FACTOR.fullmatch(text):
        return _factors(match, text, object), ""
    if match := _PLUS.fullmatch(text) or _ADDED.fullmatch(text):
        return (_plus(match, text, object),), ""
    if between := re.match(r"between\s+", text):
        return _between(text[between.end() :], text)
    start = re.match(r"from\s+(?=\d)", text)
    at = start.end() if start else 0
    if (read := quantity_at(text, at)) is not None and not text[read.end :].startswith(":"):
        return _signed(read), text[read.end :].strip()
    if grade := GRADE.match(text):
        return (Limit(words=grade.group()),), text[grade.end() :].strip()
    if not text or re.search(r"[\d,;]", text) or COMPARE.search(text) or len(text) > 80:
        raise Stop("limit", text)
    name = name_en(text, object)
    if PROPERTY.search(name.property) is None:
        raise Stop("limit", text)
    return (Limit(number=Decimal(1), of=name),), ""


def name_en(words: str, object: str = "") -> Name:
    """A field from its words: "the width of exit doors", "the stair width", "its slope"."""
    own = re.match(r"(?:its|their)\s+", words.strip(), re.IGNORECASE)
    words = bare(words.strip()[own.end() :] if own else words)
    if pair := re.fullmatch(r"(?P<property>.+?)\s(?P<object>between\s.+\sand\s.+|between\s.+|from\s.+\sto\s.+)", words):
        return Name(object=pair["object"], property=pair["property"])
    if (taken := _TAKEN.fullmatch(words)) and PROPERTY.search(taken["property"]):
        return Name(object=taken["object"], property=taken["property"])
    if (
        way := re.fullmatch(r"(?P<property>.*(?:distance|path|route length))\sto\s(?P<end>.+)", words, re.IGNORECASE)
    ) and (PROPERTY.search(way["property"]) and property_start(way["property"]) == 0):
        return Name(object=object if own else "", property=words)
    if phrased := re.fullmatch(rf"(?P<property>(?:{PHRASES}))\s(?:of|in|for|at)\s(?P<object>.+)", words, re.IGNORECASE):
        return Name(object=phrased["object"], property=phrased["property"])
    for link in ("of", _IN):
        for cut in re.finditer(rf"\s(?:{link})\s", words):
            head, tail = words[: cut.start()], words[cut.end() :]
            if PROPERTY.search(head) and not re.search(rf"\s(?:{_IN})\s", head):
                if property_start(head) > 0 and link == _IN and not _modified(head):
                    continue
                along = re.search(r"\s(?P<side>(?:down|up)stream of)\s$", words[: cut.end()])
                return Name(object=f"{along['side']} {tail}" if along else tail, property=head)
    if (of := re.fullmatch(r"(?P<head>\S+(?:\s\S+)?)\sof\s(?P<tail>.+)", words)) and not re.search(
        r"[^s]s$", of["head"]
    ):
        return Name(object=of["tail"], property=of["head"])
    at = property_start(words)
    # "Luminaires in hazardous areas" are things in a place, and no area of things.
    if at in (0, len(words)) or re.search(rf"\s(?:{_IN})\s", words[:at]):
        return Name(object=object if own else "", property=words)
    if re.match(
        r"(?:total|overall|maximum|minimum|average|mean|rated|design|nominal|indoor|outdoor)\s"
        r"|(?:lower explosion|indoor|calculated|specified|measured|original|required|stated|upper|lower|set)$",
        words[:at].strip(),
        re.IGNORECASE,
    ):
        return Name(object=object if own else "", property=words)  # total air flow rate
    return Name(object=words[:at].strip(), property=words[at:])


def _modified(head: str) -> bool:
    """Whether all of the head is one property ("air change rate"), with words before it that only say which."""
    return len(head.split()) <= 3


def beside(words: str) -> tuple[str, str]:
    """The property named behind a measure ("wide", "in height") and the words left over; "" for none."""
    match = _BESIDE.match(words)
    return ("", words) if match is None else (ADJECTIVES[match["word"]], words[match.end() :])


def _between(words: str, near: str) -> tuple[tuple[Limit, ...], str]:
    cut = re.search(r"\s(?:and|to)\s", words)
    if cut is None:
        raise Stop("limit", near)
    low, high = quantity_at(words[: cut.start()]), quantity_at(words, cut.end())
    if (
        low is None
        or high is None
        or words[: cut.start()][low.end :].strip()
        or len(low.limits) + len(high.limits) != 2
    ):
        raise Stop("limit", near)
    first, second = low.limits[0], high.limits[0]
    first = first if first.unit else first.model_copy(update={"unit": second.unit})
    return (first, second), words[high.end :].strip()


def _signed(read: Read) -> tuple[Limit, ...]:
    if not read.signed:
        return read.limits
    (limit,) = read.limits
    assert limit.number is not None
    return limit.model_copy(update={"number": -limit.number}), limit


def _factors(match: re.Match[str], text: str, object: str) -> tuple[Limit, ...]:
    of = re.sub(r"^that\s+of\s+", "", match["of"])
    if re.search(r"\d|\band\b|,", of) or COMPARE.search(of):
        raise Stop("limit", text)
    name = name_en(of, object)
    if PROPERTY.search(name.property) is None:
        raise Stop("limit", text)
    word = match["word"].lower()
    if (part := re.fullmatch(r"(?P<top>\w+)[- ](?P<low>[a-z]+?)s? of", word)) and part["low"] in _PARTS:
        top = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5}[part["top"]]
        return (Limit(number=Context(prec=12).divide(Decimal(top), _PARTS[part["low"]]), of=name),)
    if word in _WORDS:
        return (Limit(number=_WORDS[word], of=name),)
    words = re.sub(r"\s*per ?cent$", " %", match["low"] or match["share"])
    read = quantity_at(words)
    if read is None or words[read.end :].strip() or any(one.unit not in ("", "%") for one in read.limits):
        raise Stop("limit", text)
    factors = []
    for limit in _signed(read):
        assert limit.number is not None
        factors.append(Limit(number=limit.number / (100 if limit.unit == "%" else 1), of=name))
    return tuple(factors)


def _plus(match: re.Match[str], text: str, object: str) -> Limit:
    read = quantity_at(match["rest"])
    if read is None or match["rest"][read.end :].strip() or len(read.limits) != 1:
        raise Stop("limit", text)
    number = read.limits[0].number
    assert number is not None
    number = -number if match["sign"] == "minus" else number
    return Limit(number=Decimal(1), of=name_en(match["of"], object), plus=number, plus_unit=read.limits[0].unit)
