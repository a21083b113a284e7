"""The names of the documents that a document says it replaces."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assay.knowledge.reading.days import DAY

_CODE = (
    r"(?:(?:GB|GB/T|GB/Z|HG/T|SH/T|AQ/?T?|DL/T|JB/T|T/\w+|ISO|IEC|EN|DIN|ASME|API|Q/\w+)[\s/]*[\d.]+(?:[-—–:]\d+)*"
    r"|[A-Z][A-Z0-9]{0,9}(?:[-_/.—–][A-Z0-9]+)+|[A-Z]{2,6}\s?\d{2,}(?:[-—–/.]\d+)*)"
)
_EDITION = r"(?:\s*(?:,\s*)?(?:Rev(?:ision)?\.?|Issue|Version|Ver\.?|Edition|V|第)\s*[A-Z]?/?\d*(?:\.\d+)*\s*版?)?"
#: A number may be followed by the name of what it is the number of ("K-210 Manual Rev. 3").
_KIND = (
    r"(?:(?:\s+[A-Za-z][\w-]*){0,5}?\s+(?:manual|procedure|instructions?|standard|specification|guide(?:line)?|handbook|policy|plan|list)\b"
    r"|\s?[\u4e00-\u9fff]{0,16}?(?:规程|手册|说明书|标准|办法|规定|制度|指南|规范|细则|指导书|方案|清单|台账))?"
)
_FILE = r"[\w\-.]{1,80}\.(?:md|markdown|txt|pdf|docx?|xlsx?|pptx?|html?)\b"
_NAME = re.compile(rf"《(?P<title>[^《》\n]{{2,80}})》|(?P<file>{_FILE})|(?P<code>{_CODE}(?i:{_KIND}){_EDITION})")
_ZH = re.compile(r"(?:全文)?(?:代替|替代|取代)(?!者|品|件|物|方案|为)\s*[:：]?")
_EN = re.compile(r"(?:cancels\s+and\s+)?(?:supersedes|replaces|superseding|replacing)\b\s*[:：]?", re.IGNORECASE)
_CANCELLED = re.compile(
    r"(?:原)?《(?P<title>[^《》\n]{2,80})》(?:[（(][^（）()]{1,40}[）)])?(?:同时|即行|随之)(?:废止|作废|失效)"
)
#: What may stand between the verb and a code; anything else means that the code belongs to something else.
_FILLER = re.compile(
    r"^(?:\s|,|、|，|和|及|以及|与|原|旧版?|文件|标准|规程|编号(?:为)?|the|and|all|previous|former|old|document|procedure|standard|"
    r"manual|instruction|specification|edition|version|revision|issue|of|no\.?|number|第\s*[\d一二三四五六七八九十]{1,3}\s*版|[(（)）\"“”'])*$",
    re.IGNORECASE,
)


_EARLIER_WORDS = (
    r"(?P<edition>(?:version|edition|issue|revision|rev\.?)\s*(?:\d+(?:\.\d+)*|(?-i:[A-Z])\d*)\b"
    r"|第\s*[\d一二三四五六七八九十]{1,3}\s*版)"
)
_EARLIER = re.compile(
    rf"^\s*(?:the\s+)?(?:previous\s+|former\s+|old\s+|原)?(?:{DAY}\s*(?:发布|印发|批准|生效|实施)?\s*的?\s*)?{_EARLIER_WORDS}",
    re.IGNORECASE,
)
#: "Edition 3 is withdrawn", 第3版自本版生效之日起作废.
_WITHDRAWN = re.compile(
    rf"^{_EARLIER_WORDS}(?:\s*[（(][^（）()]{{1,30}}[）)])?(?:\s+of\s+{DAY})?"
    r"(?:\s*自[^，,。；;]{1,20}起|\s*(?:同时|同日|即行|随之|已|现已)|\s+(?:is|has\s+been|are)|\s+(?:hereby|now|herewith|thereby))*"
    r"\s*(?:作废|废止|停止使用|失效|withdrawn|cancelled|canceled|no\s+longer\s+valid)",
    re.IGNORECASE,
)
_OWN_NUMBER = re.compile(
    r"^(?:本)?(?:(?:文件|文档|标准|规程|制度|手册|作业指导书|受控)\s*(?:编\s*号|编码)\s*[:：]?|(?:文件|文档|手册)\s*号\s*[:：]|编\s*号\s*[:：]|(?:发?文|标准)\s*号\s*[:：]"
    r"|(?:document|doc\.?|sop|procedure|manual|instruction|standard|specification|spec\.?)\s*(?:no\.?|number|id|code|#)\s*[:：]?)"
    r"\s*(?P<number>[\w〔〕\[\]./—–-][\w〔〕\[\]./—– -]{1,40})$"
    # Without such a label only what cannot be a word.
    r"|^(?:document|doc\.?)\s+(?P<code>(?-i:[A-Z][A-Z0-9]*(?:[-/.][A-Z0-9]+)+))$",
    re.IGNORECASE,
)


def own_number(clauses: Sequence[str]) -> str:
    """The number that a document's front states of itself; "" where it states none, or several."""
    matches = filter(None, (_OWN_NUMBER.match(one) for one in clauses))
    found = {" ".join((one["number"] or one["code"]).split()) for one in matches}
    numbers = {one for one in found if re.search(r"\d", one)}
    return numbers.pop() if len(numbers) == 1 else ""


def names_in(sentence: str, own_words: str, *, own: bool) -> list[str]:
    """The names of what a sentence says is replaced; with ``own`` only where the document names itself in it.

    ``own_words`` is a pattern of a document that speaks of itself. What is replaced in part stays valid: no name.
    """
    found = [one["title"] for one in _CANCELLED.finditer(sentence)] if re.search(own_words, sentence, re.I) else []
    if not own:
        pieces = map(_WITHDRAWN.match, re.split(r"[，,]\s*", sentence))
        found += [" ".join(one["edition"].split()) for one in pieces if one is not None]
    for verb in (_ZH, _EN):
        match = verb.search(sentence)
        if match is None:
            continue
        before, after = sentence[: match.start()].strip(), sentence[match.end() :]
        subject = re.match(rf"{own_words}[^，,]{{0,30}}$", before, re.IGNORECASE)
        if not subject and (own or before):
            continue
        if re.search(r"部分$|不|可|能|被|由|part(?:ly|ially)?$|not$|may|can", before, re.IGNORECASE):
            continue
        found += _listed(after) or _edition(after)
    return found


def _edition(text: str) -> list[str]:
    """An earlier edition of the document itself ("supersedes version 3")."""
    found = _EARLIER.match(text)
    return [" ".join(found["edition"].split())] if found else []


def edition_said(name: str) -> str:
    """The mark of a name that is an edition and nothing else ("version 3"), else ""."""
    found = _EARLIER.fullmatch(name)
    return re.sub(r"^(?:[a-z]+\.?|第)\s*|\s*版$", "", found["edition"].casefold()) if found else ""


def _listed(text: str) -> list[str]:
    names: list[str] = []
    at = 0
    for found in _NAME.finditer(text[:300]):
        direct = _FILLER.match(text[at : found.start()]) is not None
        if not direct and (found["code"] or names):
            break
        names.append(" ".join((found["title"] or found["file"] or found["code"]).split()))
        at = found.end()
    return names
