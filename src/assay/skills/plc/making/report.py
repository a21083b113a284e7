"""The one-page report of a generated program, in zh or en: what was asked, what was proved, what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from assay.kernel.page import html_page
from assay.kernel.texts import Lang, text

_STYLE = """
body { margin: 0 auto; padding: 1rem 1.25rem 3rem; max-width: 60rem; background: #fff; color: #1a1a1a;
  font-size: 15px; line-height: 1.5; overflow-wrap: anywhere; }
h1 { font-size: 1.3rem; } h2 { font-size: 1.05rem; margin: 1.2rem 0 .3rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
td, th { border: 1px solid #ddd; padding: .2rem .5rem; text-align: left; vertical-align: top; }
pre { background: #f5f7f9; padding: .6rem; overflow-x: auto; font-size: .85rem; }
.released, .PROVED { color: #17632f; font-weight: 600; } .not_released, .REFUTED { color: #a11212; font-weight: 600; }
.BOUNDED, .UNKNOWN, .UNSOUND { color: #8a5a00; }
"""


def as_markdown(value: dict[str, Any], lang: Lang) -> str:
    """The report as Markdown."""
    lines = [f"# {_title(value, lang)}", "", f"**{_status(value, lang)}**", ""]
    for one in value["reasons"]:
        lines += [f"- {one['text']}", *(f"  - {each['id']}: {each['text']}" for each in one["sentences"])]
    if value["near_block"]:
        lines.append(f"- {value['near_block']['text']}")
    for head, rows in _sections(value, lang):
        lines += ["", f"## {head}", "", *(f"- {' | '.join(row)}" for row in rows)]
    if value["program"]:
        lines += ["", f"## {text('plc_making.report_program', lang)}", "", "```st", value["program"].rstrip(), "```"]
    return "\n".join(lines) + "\n"


def as_html(value: dict[str, Any], lang: Lang) -> str:
    """The same as a page."""
    parts = [
        f"<h1>{escape(_title(value, lang))}</h1>",
        f'<p class="{value["status"]}">{escape(_status(value, lang))}</p>',
    ]
    if value["reasons"]:
        parts.append("<ul>" + "".join(_reason(one) for one in value["reasons"]) + "</ul>")
    if value["near_block"]:
        parts.append(f"<p>{escape(value['near_block']['text'])}</p>")
    for head, rows in _sections(value, lang):
        cells = "".join("<tr>" + "".join(_cell(one) for one in row) + "</tr>" for row in rows)
        parts.append(f"<h2>{escape(head)}</h2><table>{cells}</table>")
    if value["program"]:
        parts.append(f"<h2>{escape(text('plc_making.report_program', lang))}</h2><pre>{escape(value['program'])}</pre>")
    return html_page(_title(value, lang), "\n".join(parts), _STYLE, lang)


def _reason(one: dict[str, Any]) -> str:
    said = "".join(f"<li>{escape(each['id'])}: {escape(each['text'])}</li>" for each in one["sentences"])
    return f"<li>{escape(one['text'])}{f'<ul>{said}</ul>' if said else ''}</li>"


def _cell(words: str) -> str:
    mark = f' class="{words.split("(")[0]}"' if words.split("(")[0] in _MARKED else ""
    return f"<td{mark}>{escape(words)}</td>"


_MARKED = {"PROVED", "REFUTED", "BOUNDED", "UNKNOWN", "UNSOUND"}


def _title(value: dict[str, Any], lang: Lang) -> str:
    return text("plc_making.report_title", lang, name=value["unit"])


def _status(value: dict[str, Any], lang: Lang) -> str:
    return text(f"plc_making.status_{value['status']}", lang)


def _sections(value: dict[str, Any], lang: Lang) -> Iterator[tuple[str, list[list[str]]]]:
    def head(name: str) -> str:
        return text(f"plc_making.report_{name}", lang)

    if value["block"]:
        block = value["block"]
        yield head("block"), [[block["id"], ""], *([name, word] for name, word in block["parameters"].items())]
    if value["interface"]["proposed"]:
        lines = value["interface"]["proposed"]["lines"]
        yield head("interface"), [[one["name"], _declared(one), _origin(one)] for one in lines]
        if asked := value["interface"]["proposed"]["questions"]:
            rows = [
                [text(f"plc_making.question_{one['why']}", lang, words=one["words"]), _origin(one)] for one in asked
            ]
            yield head("questions"), rows
    if value["requirements"]:
        yield head("requirements"), [[one["id"], one["text"]] for one in value["requirements"]]
    if value["verdicts"]:
        yield head("verdicts"), [_verdict(one) for one in value["verdicts"]]
    if value["tests"]:
        rows = [[one["name"], head("passed") if one["passed"] else head("failed")] for one in value["tests"]]
        yield head("tests"), rows
    if value["sealed"]:
        passed = sum(one["passed"] for one in value["sealed"])
        yield head("sealed"), [[f"{passed} / {len(value['sealed'])}"]]
    if value["coverage"]:
        yield head("coverage"), list(_coverage(value["coverage"], lang))
    if value["adequacy"]:
        pinned = value["adequacy"]
        rows = [
            [f"{100 * pinned['score']:.0f} %", f"{pinned['killed']} / {pinned['killed'] + len(pinned['survived'])}"]
        ]
        yield head("adequacy"), rows + [[one["before"], one["after"]] for one in pinned["survived"][:5]]
    yield (
        head("evidence"),
        [
            [head("hash"), value["program_hash"] or "-"],
            *([[head("evidence_id"), value["evidence"]]] if value["evidence"] else []),
            *([[head("replay"), f"assay evidence replay {value['evidence']}"]] if value["evidence"] else []),
            *([name, word or "-"] for name, word in value["versions"].items()),
        ],
    )


def _declared(one: dict[str, Any]) -> str:
    value = f" := {one['initial']} {one['unit']}".rstrip() if one["initial"] else ""
    return f"{one['section']} {one['type']}{value}"


def _origin(one: dict[str, Any]) -> str:
    return f"{one['source']}: {one['sentence']}" if one["sentence"] else str(one["source"])


def _coverage(value: dict[str, Any], lang: Lang) -> Iterator[list[str]]:
    """The figures, and each line on which something did not happen."""
    yield [text("plc_making.report_runs", lang, cases=value["cases"], traces=value["traces"]), ""]
    for kind in ("statements", "branches", "loops", "conditions"):
        part = value[kind]
        if part["total"]:
            share = f"{part['covered']} / {part['total']} ({100 * part['covered'] / part['total']:.0f} %)"
            yield [text(f"plc_testing.kind_{kind}", lang), share]
    for one in value["uncovered"]:
        place = text("plc_making.report_line", lang, line=one["line"])
        yield [place, f"{one['text']}: {'; '.join(one['missed'])}"]


def _verdict(one: dict[str, Any]) -> list[str]:
    status = f"{one['status']}({one['k']})" if one["status"] == "BOUNDED" else one["status"]
    line = f" [{one['line']}]" if "line" in one else ""
    return [one["id"], status, "; ".join([one["text"] + line, *one["why"], *_last(one)])]


def _last(one: dict[str, Any]) -> list[str]:
    """The last scan of a trace in one line."""
    if "trace" not in one:
        return []
    row = one["trace"]["rows"][-1]
    values = {**row["after"], **row["inputs"]}
    return [f"t={row['t_ms']:g} ms: " + ", ".join(f"{name}={_st(value)}" for name, value in values.items())]


def _st(value: object) -> str:
    """A value as Structured Text shows it."""
    return str(value).upper() if isinstance(value, bool) else str(value)
