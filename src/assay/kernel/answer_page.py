"""An answer as one HTML page: what is said, with its evidence, then the drawings and tables that show it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from assay.kernel.answer import Answer
from assay.kernel.page import html_page
from assay.kernel.texts import Lang

_STYLE = """
body { margin: 0 auto; padding: 1rem 1.25rem 3rem; max-width: 60rem; background: #fff; color: #1a1a1a;
  font-size: 16px; line-height: 1.5; overflow-wrap: anywhere; }
h1 { font-size: 1.3rem; margin: 0 0 .2rem; } ul { padding-left: 1.2rem; } li { margin: .15rem 0; }
.status { border-bottom: 2px solid #1a1a1a; padding-bottom: .4rem; } .reserves { color: #555; }
.id, code { font-size: .78em; color: #767676; } figure { margin: 1rem 0; } svg { width: 100%; height: auto; }
img { max-width: 100%; height: auto; border: 1px solid #ccc; }
figcaption { color: #555; font-size: .88rem; } pre { overflow-x: auto; font-size: .82rem; line-height: 1.4; }
@page { size: A4; margin: 14mm; }
"""


def answer_page(
    answer: Answer,
    title: str,
    lang: Lang,
    *,
    status: str,
    replay: str,
    notes: Iterable[str] = (),
    figures: Sequence[tuple[str, str]] = (),
    table: Iterable[str] = (),
) -> str:
    """The page. ``status`` and ``replay`` are sentences, ``notes`` what was said about the data, ``figures`` pairs of
    an SVG or image element and its caption, ``table`` lines of aligned text."""
    said = [(escape(one.text), ", ".join(one.evidence)) for one in answer.sentences]
    reserves = [*answer.missing, *notes]
    lines = "\n".join(table)
    parts = [
        f'<header><h1>{escape(title)}</h1><p class="status">{escape(status)}</p></header>',
        _list([f'{text} <span class="id">{ids}</span>' for text, ids in said], "said"),
        _list([escape(one) for one in reserves], "reserves"),
        *(f"<figure>{svg}<figcaption>{escape(caption)}</figcaption></figure>" for svg, caption in figures),
        f"<pre>{escape(lines)}</pre>" if lines else "",
        f"<p><code>{escape(replay)}</code></p>",
    ]
    return html_page(title, "\n".join(part for part in parts if part), _STYLE, lang)


def _list(items: Sequence[str], kind: str) -> str:
    inside = "".join(f"<li>{one}</li>" for one in items)
    return f'<ul class="{kind}">{inside}</ul>' if items else ""
