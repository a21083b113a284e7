"""Which dialect a text is written in."""

from __future__ import annotations

import re

from assay.skills.plc.front.source import Dialect

_NOISE = re.compile(r"\(\*.*?(?:\*\)|\Z)|//[^\n]*|/\*.*?(?:\*/|\Z)|'(?:[^'$\n]|\$.)*+'?", re.DOTALL)
_SCL = re.compile(
    r"""(?<![\w"])\#[A-Za-z_"]\w*|^[ \t]*(?:DATA_BLOCK|ORGANIZATION_BLOCK)\b|^[ \t]*(?:FUNCTION_BLOCK|FUNCTION|TYPE)\s+"
    |^[ \t]*BEGIN\b|^[ \t]*REGION\b|\bS7_\w+\s*:=|^[ \t]*KNOW_HOW_PROTECT|^[ \t]*FUNCTION\s+\w+\s*:\s*VOID\b
    |"[^"\n]+"\s*(?:\.|:=|\()|\b(?:B|W|DW)\#16\#|\bP\#|\bS5T\#|^[ \t]*CONST\s*$|^[ \t]*TITLE\s*=
    |^[ \t]*(?:VERSION|AUTHOR|FAMILY)\s*:[^;:\n]*$""",
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
_CODESYS = re.compile(
    r"""\{\s*(?:attribute|IF\b|region|warning|define|info)|\bEXTENDS\b|\bIMPLEMENTS\b|\bREFERENCE\s+TO\b
    |\bPOINTER\s+TO\b|\bREF=|\b__\w+|\bTHIS\^|\bSUPER\^|^[ \t]*METHOD\b|^[ \t]*PROPERTY\b|\bVAR_STAT\b|\bVAR_INST\b
    |\bUNION\b|\bADR\s*\(|\bAND_THEN\b|\bOR_ELSE\b|\bPERSISTENT\b|\bGVL\w*\.\w|^[ \t]*PROGRAM\s+PLC_PRG\b
    |^[ \t]*PROGRAM\s+_(?:INIT|CYCLIC|EXIT)\b|\bEDGE(?:POS|NEG)\b|\)\s*\.\s*[A-Za-z_]
    |\bOF\s+\w+\s*\[|\bFB_(?:init|exit|reinit)\b""",
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
#: What the standard's own objects, with END_METHOD, never have.
_NOT_IEC = re.compile(
    r"""\{\s*attribute|\bTHIS\^|\bSUPER\^|\bPOINTER\s+TO\b|\bREFERENCE\s+TO\b|\bREF=|\b__[A-Za-z]\w*|^[ \t]*PROPERTY\b
    |\bVAR_(?:STAT|INST)\b|\bAND_THEN\b|\bOR_ELSE\b|\bADR\s*\(
    |^[ \t]*PROGRAM\s+PLC_PRG\b|\bFB_(?:init|exit|reinit)\b""",
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
_NEW_IEC = re.compile(r"^[ \t]*(?:NAMESPACE|CLASS|USING)\b|\bREF_TO\b", re.IGNORECASE | re.MULTILINE)
_METHOD_END = re.compile(r"\bEND_METHOD\b", re.IGNORECASE)
_UNIT = re.compile(r"^[ \t]*(?:PROGRAM|FUNCTION_BLOCK|FUNCTION)\b", re.IGNORECASE | re.MULTILINE)
#: A unit's head without a result, which in a file without variables stands for one that is declared elsewhere (B&R).
_HEAD = re.compile(r"^[ \t]*FUNCTION(?:_BLOCK)?[ \t]+\w+[ \t]*$", re.IGNORECASE | re.MULTILINE)
_VARIABLES = re.compile(r"^[ \t]*(?:VAR\w*|METHOD|EXTENDS)\b", re.IGNORECASE | re.MULTILINE)
_ELEMENT = re.compile(
    r"^[ \t]*(?:PROGRAM|FUNCTION\w*|TYPE|CLASS|INTERFACE|CONFIGURATION|NAMESPACE)\b", re.IGNORECASE | re.MULTILINE
)
_UNIT_END = re.compile(r"\bEND_(?:PROGRAM|FUNCTION_BLOCK|FUNCTION)\b", re.IGNORECASE)
_BY_SUFFIX: dict[str, Dialect] = {
    ".scl": "scl", ".udt": "scl", ".db": "scl", ".tcpou": "twincat", ".tcgvl": "twincat", ".tcdut": "twincat",
    ".tcio": "twincat", ".tctleo": "twincat", ".exp": "codesys", ".pou": "codesys",
    ".dut": "codesys", ".gvl": "codesys", ".itf": "codesys",
    ".typ": "codesys", ".fun": "codesys", ".var": "codesys",
}  # fmt: skip


def guess_dialect(text: str, suffix: str = "") -> Dialect:
    """The dialect by the file's suffix or by what only one dialect has; ``iec`` when nothing tells."""
    known = _BY_SUFFIX.get(suffix.lower())
    if known:
        return known
    plain = _NOISE.sub(" ", text)
    scl = len(_SCL.findall(plain))
    if scl >= 2 or (scl and re.search(r"""(?<![\w"])#[A-Za-z_"]|^[ \t]*(?:DATA|ORGANIZATION)_BLOCK""", plain, re.M)):
        return "scl"
    alone = _UNIT.search(plain) and not _UNIT_END.search(plain)  # an object as CODESYS shows it: no END_FUNCTION_BLOCK
    if _NEW_IEC.search(plain):
        if not re.search(r"\{\s*attribute|\bTHIS\^|\bPOINTER\s+TO\b", plain, re.IGNORECASE):
            return "iec"
    elif _METHOD_END.search(plain) and not alone and not _NOT_IEC.search(plain):
        return "iec"
    if _CODESYS.search(plain) or alone:
        return "codesys"
    if not _VARIABLES.search(plain) and (_HEAD.search(plain) or not _ELEMENT.search(plain)):
        return "codesys"
    return "iec"
