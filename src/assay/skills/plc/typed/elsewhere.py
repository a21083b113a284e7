"""What may stand in files that were not given.

The files of CODESYS, TwinCAT and B&R hold one object each; lists of globals, types and libraries stand in others. So
what such a file names and does not declare is taken from the rest of its project: a warning that names it, and its
unit is typed as far as that goes and left out of what runs and is proved. A file by the standard has to declare its
variables (VAR_EXTERNAL); one that holds a program is taken as whole, and only what is named in the way of objects with
a file of their own (``FB_Motor``, ``ST_Axis``) or of a published library may be missing; one without a program, or
with USING, takes types, functions and blocks from other pieces of a library. A slip of the pen stays an error
everywhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assay.skills.plc.front import tree
from assay.skills.plc.front.layout import nodes
from assay.skills.plc.front.source import Dialect

_OBJECT = re.compile(r"(?:.+\.)?(?:FB|FC|FU|ST|DUT|UDT|GVL|ITF|[EFIPTU])_\w+", re.IGNORECASE)
#: Blocks that the editors of OpenPLC and Beremiz bring along beside those of the standard.
_EDITORS = frozenset("RTC INTEGRAL DERIVATIVE PID RAMP HYSTERESIS SEMA PYTHON_EVAL PYTHON_POLL PYTHON_GEAR".split())
#: Blocks and functions of the library Util that CODESYS and all who build on it bring along.
_UTIL = frozenset(
    "BLINK GEN LIN_TRAFO LIMITALARM CHARCURVE RAMP_INT RAMP_REAL FREQ_MEASURE STATISTICS_INT STATISTICS_REAL VARIANCE "
    "PD PID_FIXCYCLE UNPACK EXTRACT PACK PUTBIT BIT_AS_BYTE BIT_AS_WORD BIT_AS_DWORD BYTE_AS_BIT WORD_AS_BIT "
    "DWORD_AS_BIT HEXINASCII_TO_BYTE BYTE_TO_HEXINASCII WORD_AS_STRING".split()
)
#: What PLCopen's motion control defines, and what CODESYS SoftMotion adds to it.
_MOTION = re.compile(r"(?:MC|SMC3?)_\w+|AXIS_REF\w*|AXES_GROUP_REF\w*", re.IGNORECASE)
_LEAST = {"unknown_name": 4, "unknown_base": 4, "unknown_type": 6, "unknown_function": 6}


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """``names``: bare names may be globals of another file; ``objects``: types, functions and blocks may be."""

    names: bool
    objects: bool

    def allows(self, finding: str, name: str, close: str) -> bool:
        """Whether what a finding says to be missing may be in another file, rather than a slip for ``close``."""
        if close and slip(name, close, _LEAST.get(finding, 6)):
            return False
        if finding == "unknown_name":
            return self.names
        if finding == "owner_elsewhere":
            return self.objects
        if finding == "unknown_base" and self.names:
            return True
        if self.objects or name.upper() in _EDITORS or name.upper() in _UTIL:
            return True
        return _OBJECT.fullmatch(name) is not None or _MOTION.fullmatch(name) is not None


def elsewhere(unit: tree.Unit, dialect: Dialect) -> Elsewhere:
    """What a source may take from other files."""
    if dialect in ("codesys", "twincat"):
        return Elsewhere(True, True)
    if dialect == "scl":
        # A source that writes ``#`` before its own variables and quotes around all others has no bare names; those of
        # STEP 7 name what stands in the project's table of symbols without either.
        return Elsewhere(all(one.sigil != "#" for one in nodes(unit) if isinstance(one, tree.NameExpr)), False)
    return Elsewhere(False, dialect == "iec" and (bool(unit.usings) or not _whole(unit.elements)))


def _whole(elements: tuple[tree.Element, ...]) -> bool:
    for one in elements:
        if isinstance(one, tree.Configuration) or (isinstance(one, tree.Pou) and one.kind == "PROGRAM"):
            return True
        if isinstance(one, tree.Namespace) and _whole(one.elements):
            return True
    return False


def slip(name: str, other: str, least: int = 4) -> bool:
    """Whether two names are one letter apart within: one is missing, added, another, or two are swapped. Names that
    differ at their beginning (``bStart``, ``xStart``; ``FB_NCAxis``, ``FB_EncAxis``), at their end (``PumpA``,
    ``PumpB``) or in a digit are two names."""
    short, long = sorted((name.upper(), other.upper()), key=len)
    kind = f"{short.partition('_')[0]}_"
    alike = len(kind) if len(kind) <= 5 and short.startswith(kind) and long.startswith(kind) else 0
    if len(short) < least or short == long or len(long) - len(short) > 1:
        return False
    start = next((at for at, one in enumerate(short) if long[at] != one), len(short))
    if start <= alike or start >= len(long) - 1:
        return False
    changed = long[start] + (short[start] if start < len(short) else "")
    if not changed.isalpha():
        return False
    if len(short) < len(long):
        return short[start:] == long[start + 1 :]
    swapped = short[start : start + 2] == long[start : start + 2][::-1] and short[start + 2 :] == long[start + 2 :]
    return swapped or short[start + 1 :] == long[start + 1 :]


def nameless(pou: tree.Pou) -> bool:
    """Whether the reader made up a unit for methods and actions whose own stands in another file."""
    return pou.kind == "FUNCTION_BLOCK" and pou.name.span.start == pou.name.span.end
