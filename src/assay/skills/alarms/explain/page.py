"""The page on one alarm for the control room: lines for a terminal, or one HTML file with the chart inside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import tzinfo
from html import escape
from pathlib import Path
from typing import Any

from assay.kernel.answer import Answer, Sentence
from assay.kernel.charts import svg
from assay.kernel.errors import TerminalError
from assay.kernel.evidence import Evidence
from assay.kernel.page import html_page
from assay.kernel.texts import Lang, text
from assay.skills.alarms.explain.chart import spec
from assay.skills.alarms.explain.claims import SECTIONS

_QUOTED = frozenset({"procedures", "orders"})
_STYLE = """
body { margin: 0 auto; padding: 1rem 1.25rem 3rem; max-width: 56rem; background: #fff; color: #1a1a1a;
  font-size: 16px; line-height: 1.5; overflow-wrap: anywhere; }
header { display: flex; flex-wrap: wrap; gap: .3rem 1rem; align-items: baseline; border-bottom: 2px solid #1a1a1a; }
h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1.05rem; margin: 1.4rem 0 .3rem; border-bottom: 1px solid #ccc; }
ul { margin: .3rem 0; padding-left: 1.2rem; } li { margin: .15rem 0; }
.badge { border: 1.5px solid; border-radius: .3rem; padding: 0 .5rem; font-weight: 600; font-size: .9rem; }
.stands { color: #b3121d; } .gone { color: #1b6e3c; }
.quoted { background: #f6f4ec; padding: .2rem .8rem .4rem; }
.unknown { color: #555; } sup { font-size: .7em; line-height: 0; } sup a { color: #0b57a4; text-decoration: none; }
svg { width: 100%; height: auto; } figure { margin: .4rem 0; } figcaption { color: #555; font-size: .88rem; }
code { font-size: .88em; } @page { size: A4; margin: 14mm; }
"""


def by_section(answer: Answer) -> Iterator[tuple[str, list[Sentence]]]:
    """The sentences of each section that has any, in the order of the page."""
    for topic in SECTIONS:
        said = [one for one in answer.sentences if one.claim.topic == topic]
        if said:
            yield topic, said


def lines(answer: Answer, lang: Lang) -> Iterator[str]:
    """The page for a terminal."""
    for topic, said in by_section(answer):
        yield f"{text(f'explain.section_{topic}', lang)}{'：' if lang == 'zh' else ':'}"
        for one in said:
            yield f"- {one.text}  [{', '.join(one.evidence)}]"
    if answer.missing:
        yield f"{text('explain.section_unknown', lang)}{'：' if lang == 'zh' else ':'}"
        yield from (f"? {one}" for one in answer.missing)


def html(answer: Answer, found: Mapping[str, Evidence], lang: Lang, zone: tzinfo, status: str, replay: str) -> str:
    """The page as one file: no script, nothing fetched. ``status`` and ``replay`` are sentences in ``lang``."""
    about: Any = found["alarms.about"].value
    numbers = {one.id: index for index, one in enumerate(found.values(), start=1)}
    title = text("explain.title", lang, alarm=about["alarm"])
    state = {True: "stands", False: "gone", None: "open"}[about["standing"]]
    badge = escape(text(f"explain.badge_{state}", lang))
    parts = [f'<header><h1>{escape(title)}</h1><span class="badge {state}">{badge}</span>{escape(status)}</header>']
    for topic, said in by_section(answer):
        parts.append(f"<section><h2>{escape(text(f'explain.section_{topic}', lang))}</h2>")
        kind = ' class="quoted"' if topic in _QUOTED else ""
        parts.append(f"<ul{kind}>{''.join(_item(one, numbers) for one in said)}</ul>")
        if topic == "course":
            parts.append(_figure(found, about, lang, zone))
        parts.append("</section>")
    if answer.missing:
        missing = "".join(f"<li>{escape(one)}</li>" for one in answer.missing)
        parts.append(f'<section class="unknown"><h2>{escape(text("explain.section_unknown", lang))}</h2>')
        parts.append(f"<ul>{missing}</ul></section>")
    listed = "".join(
        f'<li id="e{numbers[one.id]}" value="{numbers[one.id]}"><code>{one.id}</code> {escape(name)}</li>'
        for name, one in found.items()
    )
    parts.append(f"<section><h2>{escape(text('explain.evidence', lang))}</h2><ol>{listed}</ol>")
    parts.append(f"<p><code>{escape(replay)}</code></p></section>")
    body = "\n".join(parts)
    return html_page(title, body, _STYLE, lang)


def write_page(path: Path, content: str) -> None:
    """Write the file as a whole; TerminalError when it cannot be written."""
    from assay.plant.atomic import replacing

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary:
            temporary.write_text(content, encoding="utf-8", errors="replace", newline="\n")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise TerminalError("explain.not_written", path=path, reason=reason) from error


def _item(one: Sentence, numbers: Mapping[str, int]) -> str:
    refs = ", ".join(f'<a href="#e{numbers[id]}" title="{id}">{numbers[id]}</a>' for id in one.evidence)
    return f"<li>{escape(one.text)}<sup>{refs}</sup></li>"


def _figure(found: Mapping[str, Evidence], about: Any, lang: Lang, zone: tzinfo) -> str:
    course: Any = found["alarms.course"].value
    caption = text("explain.chart", lang, tag=course["tag"], unit=course["unit"] or "-")
    key = text("explain.chart_key", lang, zone=str(zone))
    return f"<figure>{svg(spec(course, about, zone))}<figcaption>{escape(f'{caption}. {key}')}</figcaption></figure>"
