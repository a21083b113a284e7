"""One HTML file that reads anywhere: no script, nothing fetched, Chinese characters embedded."""

from __future__ import annotations

from html import escape

from assay.kernel.font import font_face
from assay.kernel.texts import Lang

# Even text that slipped through unescaped could then neither run nor fetch anything.
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
)
_LANG = {"zh": "zh-CN", "en": "en"}
FONTS = (
    '"Assay Han", system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "PingFang SC", "Microsoft YaHei", '
    '"Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei", sans-serif'
)


def html_page(title: str, body: str, style: str, lang: Lang) -> str:
    """The whole file. ``title`` is plain text; ``body`` is HTML whose texts are escaped already; ``style`` is CSS.

    Words of charts inside (``svg text``) take the page's fonts.
    """
    return (
        f'<!DOCTYPE html>\n<html lang="{_LANG[lang]}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\nbody, svg text {{ font-family: {FONTS}; }}\n"
        'pre, code { font-family: "Assay Han", ui-monospace, Menlo, Consolas, monospace; }\n'
        f"{style}{font_face(title + body)}\n</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )
