"""The coverage of a program as one HTML page: its lines coloured, what was missed beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from assay.kernel.errors import InputError
from assay.kernel.texts import Lang, text
from assay.skills.plc.front.source import Source
from assay.skills.plc.testing.coverage import Line, by_line, totals
from assay.skills.plc.testing.instrument import Point

_STYLE = """
body{font:14px/1.5 system-ui,"Noto Sans SC","Microsoft YaHei",sans-serif;margin:2em auto;max-width:72em;color:#1b1b1b}
table{border-collapse:collapse}td,th{padding:.1em .8em;text-align:left;vertical-align:top}
.code{width:100%;font:13px/1.45 ui-monospace,Consolas,monospace}.code td{white-space:pre-wrap}
.n{color:#666;text-align:right;user-select:none}.run{background:#e3f5e1}.part{background:#fff3cd}.miss{background:#fbdcdc}
.why{font:12px/1.45 system-ui,sans-serif;color:#7a3b00;max-width:24em}
"""


def write_page(
    path: Path, title: str, counted: Sequence[tuple[Point, bool]], sources: Mapping[str, Source], lang: Lang
) -> None:
    """Write the page. Raises InputError when the file cannot be written."""
    try:
        path.write_text(coverage_page(title, counted, sources, lang), encoding="utf-8")
    except OSError as error:
        raise InputError("plc_testing.unwritable", file=path, problem=error.strerror or error) from error


def coverage_page(title: str, counted: Sequence[tuple[Point, bool]], sources: Mapping[str, Source], lang: Lang) -> str:
    """The page as text. Colours: ran whole, ran in part, did not run; each is named in words too."""
    heading = text("plc_testing.page_title", lang, name=title)
    rows = "".join(
        f"<tr><td>{text('plc_testing.kind_' + kind, lang)}</td><td>{one['covered']} / {one['total']}</td></tr>"
        for kind, one in totals(counted).items()
    )
    lines: dict[str, dict[int, Line]] = {}
    for one in by_line(counted, sources):
        lines.setdefault(one.source, {})[one.line] = one
    listings = "".join(_listing(sources[name], found, lang) for name, found in lines.items())
    legend = " ".join(
        f'<span class="{name}">&nbsp;{text("plc_testing.page_" + name, lang)}&nbsp;</span>'
        for name in ("run", "part", "miss")
    )
    return (
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>{escape(heading)}</title>'
        f"<style>{_STYLE}</style><h1>{escape(heading)}</h1><table>{rows}</table><p>{legend}</p>{listings}</html>\n"
    )


def _listing(source: Source, lines: Mapping[int, Line], lang: Lang) -> str:
    rows = []
    for number, content in _file_lines(source):
        one = lines.get(number)
        colour = "" if one is None else "miss" if not one.run else "part" if one.missed else "run"
        why = "" if one is None else "; ".join(dict.fromkeys(missed(each, lang) for each in one.missed))
        rows.append(
            f'<tr class="{colour}"><td class="n">{number}</td><td>{escape(content)}</td>'
            f'<td class="why">{escape(why)}</td></tr>'
        )
    return f'<h2>{escape(source.name)}</h2><table class="code">{"".join(rows)}</table>'


def _file_lines(source: Source) -> list[tuple[int, str]]:
    """The lines of the text with their numbers in the file."""
    made, start = [], 0
    for content in source.text.split("\n"):
        made.append((source.position(start).line, content.rstrip("\r")))
        start += len(content) + 1
    return made


def missed(point: Point, lang: Lang) -> str:
    """What did not happen, in words."""
    return text(f"plc_testing.missed_{point.kind}_{point.result}", lang)
