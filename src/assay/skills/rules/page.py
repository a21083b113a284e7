"""A check as one HTML page: each clause with its verdict, its words, and what each object of the design says."""

from __future__ import annotations

from html import escape
from typing import Any

from assay.kernel.page import html_page
from assay.kernel.texts import Lang, text
from assay.skills.rules.claims import gap_sentence

_STYLE = """
body { margin: 0 auto; padding: 1rem 1.25rem 3rem; max-width: 70rem; background: #fff; color: #1a1a1a;
  font-size: 15px; line-height: 1.5; overflow-wrap: anywhere; }
h1 { font-size: 1.3rem; margin: 0 0 .2rem; } blockquote { margin: .2rem 0;
  padding-left: .6rem; border-left: 3px solid #bbb; }
section { border-top: 1px solid #ccc; padding: .6rem 0; } .place, code { font-size: .8em; color: #666; }
table { border-collapse: collapse; width: 100%; font-size: .88rem;
  } td, th { border: 1px solid #ddd; padding: .2rem .4rem;
  text-align: left; vertical-align: top; }
.pass { color: #17632f; } .fail { color: #a11212; font-weight: 600;
  } .cannot_tell { color: #8a5a00; } .not_applicable { color: #666; }
"""


def check_page(value: Any, sentences: list[str], lang: Lang, *, replay: str) -> str:
    """The page of a check's value; ``sentences`` are the answer's, ``replay`` the command that runs it again."""
    title = text("rules.page_title", lang)
    said = "".join(f"<li>{escape(one)}</li>" for one in sentences)
    parts = [
        f"<h1>{escape(title)}</h1><p>{escape(text('rules.page_design', lang))}: {escape(value['design'])}</p>",
        f"<ul>{said}</ul>",
        *(_clause(one, lang) for one in value["results"]),
        f"<p><code>{escape(replay)}</code></p>",
    ]
    return html_page(title, "\n".join(parts), _STYLE, lang)


def _clause(one: dict[str, Any], lang: Lang) -> str:
    place = one["place"]
    where = text("rules.said_place", lang, document=place["document"], page=place["page"]) if place["document"] else ""
    context = "".join(f"<div>{escape(line)}</div>" for line in one["context"])
    heads = ("object", "verdict", "asked", "found", "conditions", "missing")
    head = "".join(f"<th>{escape(text(f'rules.page_{name}', lang))}</th>" for name in heads)
    rows = "".join(_row(one["clause"], each, lang) for each in one["found"])
    verdict = text(f"rules.verdict_{one['verdict']}", lang)
    if one["severity"] == "recommended":
        verdict += f" ({text('rules.severity_recommended', lang)})"
    return (
        f"<section><p><b>{escape(text('rules.said_clause', lang, clause=one['clause']))}</b> "
        f'<span class="{one["verdict"]}">{escape(verdict)}</span> <span class="place">{escape(where)}</span></p>'
        f"<blockquote>{context}{escape(one['quote'])}</blockquote><table><tr>{head}</tr>{rows}</table></section>"
    )


def _row(clause: str, each: dict[str, Any], lang: Lang) -> str:
    tested = each["test"]
    found = f"{tested['shown']} ({tested['where']})" if tested["where"] else ""
    conditions = [one for group in (*each["when"], *each["unless"]) for one in group]
    cells = [
        each["object"],
        text(f"rules.verdict_{each['verdict']}", lang),
        tested["test"],
        found,
        "; ".join(f"{one['test']}: {one['shown'] or '?'}" for one in conditions),
        " ".join(gap_sentence(clause, gap, lang) for gap in each["missing"]),
    ]
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
