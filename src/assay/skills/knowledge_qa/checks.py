"""The skill's checks: what is shown stands where the citation says, may be read, and says what the answer says.

Those of ``CHECKS`` read the evidence alone. Those of ``bound_checks`` read the documents again as the asker sees them
now, and must pass.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assay.kernel.check import Check, CheckResult, RuleCheck, Verdict
from assay.kernel.claim import Claim
from assay.kernel.errors import AssayError
from assay.kernel.evidence import Evidence
from assay.knowledge.document import Span
from assay.knowledge.reader import Reader
from assay.skills.knowledge_qa.lexicon import opposites
from assay.skills.knowledge_qa.quantities import amounts, clauses, codes, dates
from assay.skills.knowledge_qa.question import Asked

_LIMITS = re.compile(
    r"不得|严禁|禁止|不允许|不准|不应|不宜|至少|至多|不超过|不大于|不小于|不低于|不高于|不少于|不多于"
    r"|除非|除外|必须|方可|仅|无需|不需"
    r"|(?<![a-z])(?:not|never|no|unless|except|only|at least|at most|must|shall|without|up to|minimum"
    r"|maximum|less than|more than)(?![a-z])",
    re.I,
)
Problems = Callable[[Claim, str, Mapping[str, Evidence]], "list[str]"]


def opened_of(evidence: Mapping[str, Evidence]) -> list[Any]:
    """The values of the opened units among a claim's evidence."""
    return [one.value for one in evidence.values() if one.producer == "knowledge_qa.open"]


def verbatim(claim: Claim, evidence: Mapping[str, Evidence]) -> list[str] | None:
    """A sentence is its quote; a row's shown cells stand in its quote, their headings and units in the context."""
    found = opened_of(evidence)
    return [line for value in found for line in _verbatim(value)] if found else None


def _verbatim(value: Any) -> list[str]:
    quote, context = _joined(value["citations"]), _joined(value["context"])
    if not value["cells"]:
        return [] if _plain(value["said"]) == _plain(quote) else ["the sentence is not its quote"]
    lines = [f"{cell['value']} is not in the row" for cell in value["cells"] if not _in(cell["value"], quote + context)]
    where = quote + context
    lines += [
        f"{part} is not in the table's head"
        for cell in value["cells"]
        for part in (*cell["header"].split(" / "), cell["unit"])
        if part and not _in(part, where)
    ]
    return lines


def supported(claim: Claim, evidence: Mapping[str, Evidence]) -> list[str] | None:
    """Numbers with units, dates, codes, clauses, negations and limit words of what is shown stand in the span."""
    found = opened_of(evidence)
    return [line for value in found for line in _unsupported(value)] if found else None


def _unsupported(value: Any) -> Iterator[str]:
    source = f"{_joined(value['citations'])}\n{_joined(value['context'])}"
    cells = [cell["shown"] for cell in value["cells"]]
    held = [one for text in (source, *cells) for one in amounts(text)]
    for shown in (value["short"], value["said"]):
        for one in amounts(shown):
            if not any(one.same(each) for each in held):
                yield f"{one.text} is not in the cited span"
        parts = (
            ([each[0] for each in dates(shown)], [each[0] for each in dates(source)]),
            (codes(shown), codes(f"{source}\n{' '.join(cells)}")),
            (clauses(shown), clauses(source)),
        )
        yield from (f"{each} is not in the cited span" for said, known in parts for each in said if each not in known)
        words = {match.group().lower() for match in _LIMITS.finditer(shown)}
        there = {match.group().lower() for match in _LIMITS.finditer(source)}
        yield from (f"{word} is not in the cited span" for word in sorted(words - there))


def supported_short(short: str, source: str) -> Iterator[str]:
    """What of a short answer does not stand in the quoted words: a number whose digits they lack, a code, a date."""
    held = amounts(source)
    for one in amounts(short):
        unit = re.sub(r"^[-+±\d\s.,–~～至到]+", "", one.text)
        if not any(one.same(each) or (one.value == each.value and unit in source) for each in held):
            yield f"{one.text} is not quoted"
    known = codes(source)
    yield from (f"{code} is not quoted" for code in codes(short) if code not in known and code not in source.upper())


CHECKS: tuple[Check, ...] = (RuleCheck("verbatim", verbatim), RuleCheck("supported", supported))


@dataclass(slots=True)
class BoundCheck:
    """A check that must pass for every claim; it says what is wrong."""

    name: str
    problems: Problems

    def __call__(self, claim: Claim, sentence: str, evidence: Mapping[str, Evidence]) -> CheckResult:
        """See ``Check``."""
        try:
            found = self.problems(claim, sentence, evidence)
        except AssayError as error:
            found = [str(error)]
        verdict = Verdict.FAIL if found else Verdict.PASS
        return CheckResult(check=self.name, verdict=verdict, trace=tuple(found) or ("every citation",))


def bound_checks(reader: Reader, asked: Callable[[], Sequence[Asked]]) -> tuple[Check, ...]:
    """The checks that need the asker's documents and question; ``asked`` gives its parts."""

    def cited(claim: Claim, sentence: str, evidence: Mapping[str, Evidence]) -> list[str]:
        return [line for value in opened_of(evidence) for line in _cited(reader, value)]

    def doubted(claim: Claim, sentence: str, evidence: Mapping[str, Evidence]) -> list[str]:
        return [line for value in opened_of(evidence) for line in _doubted(reader, value)]

    def condition(claim: Claim, sentence: str, evidence: Mapping[str, Evidence]) -> list[str]:
        if claim.topic != "answer":
            return []
        problems = [[*_conditions(one, value)] for one in asked() for value in opened_of(evidence)]
        return [] if not problems or any(not each for each in problems) else problems[0]

    def needed(claim: Claim, sentence: str, evidence: Mapping[str, Evidence]) -> list[str]:
        faults = [] if evidence else ["nothing is cited"]
        for id, one in evidence.items():
            value: Any = one.value
            shown = value.get("said") or value.get("alarm")
            if not shown or shown not in sentence:
                faults.append(f"{id} supports nothing that is said")
        return faults

    return (
        BoundCheck("citation", cited),
        BoundCheck("no_doubt", doubted),
        BoundCheck("condition", condition),
        BoundCheck("needed", needed),
    )


def _cited(reader: Reader, value: Any) -> Iterator[str]:
    """The page is there for the asker, unchanged, and holds the quote at its place."""
    for one in (*value["citations"], *value["context"]):
        page = reader.page(value["document_id"], value["version"], one["page"])
        if page.sha256 != one["sha256"]:
            yield f"page {one['page']} of {value['document']} has changed"
        elif page.slice(Span(one["page"], one["start"], one["end"])) != one["quote"]:
            yield f"the quote is not on page {one['page']} of {value['document']}"


def _doubted(reader: Reader, value: Any) -> Iterator[str]:
    spans = [(one["page"], one["start"], one["end"]) for one in (*value["citations"], *value["context"])]
    for doubt in reader.doubts(value["document_id"], value["version"]):
        span = doubt.span
        if any(page == span.page and start < span.end and span.start < end for page, start, end in spans):
            yield f"a person must confirm what stands on page {span.page} of {value['document']}"
            return


def _conditions(asked: Asked, value: Any) -> Iterator[str]:
    """The equipment and, of a row, the states that the question names are not those of another row."""
    around = f"{value['said']}\n{_joined(value['citations'])}\n{' '.join(value['headings'])}\n{value['title']}"
    named, own = codes(around), codes(_joined(value["citations"]))
    for code in asked.codes:
        family = re.match(r"[A-Z]+[-_]?\d+", code)
        if family and code not in named and any(each.startswith(family.group()) for each in own):
            yield f"the question names {code}, the cited span {', '.join(own)}"
    cells = [cell for at, cell in enumerate(value["cells"]) if cell["condition"] or at == 0]
    for group in opposites():
        wanted = {at for at, pattern in enumerate(group) if pattern.search(asked.text)}
        for cell in cells:
            here = {at for at, pattern in enumerate(group) if pattern.search(cell["value"])}
            if wanted and here and not wanted & here:
                yield f"the question names another state than {cell['value']}"


def _joined(citations: Sequence[Any]) -> str:
    return "\n".join(one["quote"] for one in citations)


def _plain(text: str) -> str:
    return " ".join(text.split())


def _in(part: str, text: str) -> bool:
    return re.sub(r"\s+", "", part) in re.sub(r"\s+", "", text)
