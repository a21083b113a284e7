"""The names of the documents that a document says it replaces."""

from __future__ import annotations

import re

_CODE = (
    r"(?:(?:GB|GB/T|GB/Z|HG/T|SH/T|AQ/?T?|DL/T|JB/T|T/\w+|ISO|IEC|EN|DIN|ASME|API|Q/\w+)[\s/]*[\d.]+(?:[-—–:]\d+)*"
    r"|[A-Z][A-Z0-9]{0,9}(?:[-_/.—–][A-Z0-9]+)+|[A-Z]{2,6}\s?\d{2,}(?:[-—–/.]\d+)*)"
)
_EDITION = r"(?:\s*(?:,\s*)?(?:Rev(?:ision)?\.?|Issue|Version|Ver\.?|Edition|V|第)\s*[A-Z]?/?\d*(?:\.\d+)*\s*版?)?"
_FILE = r"[\w\-.]{1,80}\.(?:md|markdown|txt|pdf|docx?|xlsx?|pptx?|html?)\b"
_NAME = re.compile(rf"《(?P<title>[^《》\n]{{2,80}})》|(?P<file>{_FILE})|(?P<code>{_CODE}{_EDITION})")
_ZH = re.compile(r"(?:全文)?(?:代替|替代|取代)(?!者|品|件|物|方案|为)\s*[:：]?")
_EN = re.compile(r"(?:cancels\s+and\s+)?(?:supersedes|replaces|superseding|replacing)\b\s*[:：]?", re.IGNORECASE)
_CANCELLED = re.compile(
    r"(?:原)?《(?P<title>[^《》\n]{2,80})》(?:[（(][^（）()]{1,40}[）)])?(?:同时|即行|随之)(?:废止|作废|失效)"
)
#: What may stand between the verb and a code; anything else means that the code belongs to something else.
_FILLER = re.compile(
    r"^(?:\s|,|、|，|和|及|以及|与|原|旧版?|文件|标准|规程|编号(?:为)?|the|and|all|previous|former|old|document|procedure|standard|"
    r"manual|instruction|specification|edition|version|revision|issue|of|no\.?|number|[(（)）\"“”'])*$",
    re.IGNORECASE,
)


def names_in(sentence: str, own_words: str, *, own: bool) -> list[str]:
    """The names of what a sentence says is replaced; with ``own`` only where the document names itself in it.

    ``own_words`` is a pattern of a document that speaks of itself. What is replaced in part stays valid: no name.
    """
    found = [one["title"] for one in _CANCELLED.finditer(sentence)] if re.search(own_words, sentence, re.I) else []
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
        found += _listed(after)
    return found


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
