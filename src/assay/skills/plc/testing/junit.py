"""The outcomes of tests as JUnit XML, which build servers read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as Tree

from assay.kernel.errors import InputError
from assay.kernel.texts import Lang, text
from assay.skills.plc.testing.judge import Failure, Outcome

_NOT_XML = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_junit(path: Path, suites: Sequence[tuple[str, Sequence[Outcome]]], lang: Lang) -> None:
    """One ``testsuite`` a unit, one ``testcase`` a case; no time is written, so that equal runs give equal files."""
    root = Tree.Element("testsuites")
    for name, outcomes in suites:
        failed = sum(not one.passed for one in outcomes)
        suite = Tree.SubElement(
            root, "testsuite", name=printable(name), tests=str(len(outcomes)), failures=str(failed), errors="0"
        )
        for one in outcomes:
            case = Tree.SubElement(suite, "testcase", classname=printable(name), name=printable(one.case.name))
            if one.failures:
                sentences = [sentence(each, lang) for each in one.failures]
                failure = Tree.SubElement(case, "failure", message=printable(sentences[0]))
                failure.text = printable("\n".join(sentences))
    Tree.indent(root)
    content = Tree.tostring(root, encoding="unicode", xml_declaration=False)
    try:
        path.write_text(f'<?xml version="1.0" encoding="UTF-8"?>\n{content}\n', encoding="utf-8")
    except OSError as error:
        raise InputError("plc_testing.unwritable", file=path, problem=error.strerror or error) from error


def sentence(failure: Failure, lang: Lang) -> str:
    """What went wrong, for a person."""
    values = {"step": failure.step, "scan": failure.scan, "t_ms": f"{failure.t_ms:g}"}
    if failure.variable == "":
        if failure.fault is None:
            return text("plc_testing.failed_no_fault", lang, **values, expected=failure.expected)
        return text("plc_testing.failed_fault", lang, **values, problem=failure.fault.sentence(lang))
    if failure.fault is not None:
        return text("plc_testing.failed_unreached", lang, **values, variable=failure.variable)
    return text(
        "plc_testing.failed",
        lang,
        **values,
        variable=failure.variable,
        expected=_st(failure.expected),
        got=_st(failure.got),
    )


def _st(value: object) -> str:
    """A value as ST writes it; arrays and structures as JSON with TRUE and FALSE."""
    import json

    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(name)}: {_st(one)}" for name, one in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_st, value)) + "]"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def printable(value: str) -> str:
    """Without the characters that XML cannot hold."""
    return "".join(
        one if one in "\t\n" or 32 <= ord(one) < 0xD800 or 0xE000 <= ord(one) < 0xFFFE else "?" for one in value
    )
