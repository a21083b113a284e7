"""The words of the language: what may not be a name, what begins a section, and how strongly operators bind."""

from __future__ import annotations

from assay.skills.plc.front.tree import BinaryOp, VarSection

#: Section word -> section of the tree. ``CONST`` is SCL's and the older dialects' ``VAR CONSTANT``.
SECTIONS: dict[str, VarSection] = {
    "VAR": "VAR",
    "VAR_INPUT": "VAR_INPUT",
    "VAR_OUTPUT": "VAR_OUTPUT",
    "VAR_IN_OUT": "VAR_IN_OUT",
    "VAR_INOUT": "VAR_IN_OUT",
    "VAR_TEMP": "VAR_TEMP",
    "VAR_STAT": "VAR_STAT",
    "VAR_INST": "VAR_INST",
    "VAR_GLOBAL": "VAR_GLOBAL",
    "VAR_GENERIC": "VAR",
    "VAR_EXTERNAL": "VAR_EXTERNAL",
    "VAR_CONFIG": "VAR_CONFIG",
    "VAR_ACCESS": "VAR_ACCESS",
}

#: What closes a unit, by the word that opens it.
UNIT_ENDS: dict[str, str] = {
    "PROGRAM": "END_PROGRAM",
    "FUNCTION_BLOCK": "END_FUNCTION_BLOCK",
    "FUNCTION": "END_FUNCTION",
    "CLASS": "END_CLASS",
    "INTERFACE": "END_INTERFACE",
    "ORGANIZATION_BLOCK": "END_ORGANIZATION_BLOCK",
    "DATA_BLOCK": "END_DATA_BLOCK",
    "TYPE": "END_TYPE",
    "CONFIGURATION": "END_CONFIGURATION",
    "NAMESPACE": "END_NAMESPACE",
}

#: Words that close something or belong to the middle of it; a statement never begins with one.
CLOSERS = frozenset(
    "END_IF ELSE ELSIF THEN END_CASE OF END_FOR DO END_WHILE UNTIL END_REPEAT END_REGION END_VAR END_CONST END_LABEL "
    "END_STRUCT END_UNION END_TYPE END_METHOD END_PROPERTY END_GET END_SET END_ACTION END_STEP END_TRANSITION "
    "END_PROGRAM END_FUNCTION END_FUNCTION_BLOCK END_CLASS END_INTERFACE END_ORGANIZATION_BLOCK END_DATA_BLOCK "
    "END_CONFIGURATION END_RESOURCE END_NAMESPACE __CATCH __FINALLY __ENDTRY".split()
)
#: Words that begin a statement with a structure.
OPENERS = frozenset("IF CASE FOR WHILE REPEAT EXIT RETURN".split())
#: Units that begin with a word that is always reserved.
UNIT_WORDS = frozenset("PROGRAM FUNCTION_BLOCK FUNCTION TYPE CONFIGURATION ORGANIZATION_BLOCK DATA_BLOCK".split())

#: What may not be the name of a variable in any dialect. All other words get their meaning from where they stand.
RESERVED = (
    CLOSERS
    | OPENERS
    | UNIT_WORDS
    | frozenset(SECTIONS)
    | frozenset("NOT AND OR XOR MOD TRUE FALSE TO BY ARRAY STRUCT".split())
)

#: Operator -> (how strongly it binds, its spelling in the tree). IEC 61131-3:2013, table 71.
BINARY: dict[str, tuple[int, BinaryOp]] = {
    "OR": (1, "OR"),
    "OR_ELSE": (1, "OR_ELSE"),
    "XOR": (2, "XOR"),
    "AND": (3, "AND"),
    "&": (3, "AND"),
    "AND_THEN": (3, "AND_THEN"),
    "=": (4, "="),
    "<>": (4, "<>"),
    "<": (5, "<"),
    ">": (5, ">"),
    "<=": (5, "<="),
    ">=": (5, ">="),
    "+": (6, "+"),
    "-": (6, "-"),
    "*": (7, "*"),
    "/": (7, "/"),
    "MOD": (7, "MOD"),
    "**": (8, "**"),
}
UNARY_LEVEL = 9

QUALIFIERS = frozenset(
    "CONSTANT RETAIN NON_RETAIN PERSISTENT PUBLIC PRIVATE PROTECTED INTERNAL ABSTRACT FINAL OVERRIDE "
    "R_EDGE F_EDGE".split()
)

#: What people write for a word of the language, and the word.
MISSPELT: dict[str, str] = {
    "ELSEIF": "ELSIF",
    "ELIF": "ELSIF",
    "ELSE_IF": "ELSIF",
    "ENDIF": "END_IF",
    "ENDCASE": "END_CASE",
    "ENDFOR": "END_FOR",
    "ENDWHILE": "END_WHILE",
    "ENDREPEAT": "END_REPEAT",
    "ENDVAR": "END_VAR",
    "SWITCH": "CASE",
    "ENDPROGRAM": "END_PROGRAM",
    "ENDFUNCTION": "END_FUNCTION",
    "ENDFUNCTION_BLOCK": "END_FUNCTION_BLOCK",
    "END_FUNCTIONBLOCK": "END_FUNCTION_BLOCK",
    "ENDSTRUCT": "END_STRUCT",
    "ENDTYPE": "END_TYPE",
    "END_VARS": "END_VAR",
    **{f"END_{one}": "END_VAR" for one in SECTIONS if one != "VAR"},
}
