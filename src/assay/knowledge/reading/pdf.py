"""PDF files and pictures as documents: text layer, tables, scanned pages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from assay.knowledge.document import ReadDocument
from assay.knowledge.reading.doubts import find_doubts
from assay.knowledge.reading.notes import note
from assay.knowledge.reading.pdf_open import opened
from assay.knowledge.reading.pdf_page import layer_of
from assay.knowledge.reading.structure_store import Draft, Stored, stored
from assay.knowledge.reading.titles import title_of

_NO_TITLE = re.compile(
    r"^(?:untitled|\(?(?:anonymous|unspecified|unknown|none|null)\)?|(?:document|文档|演示文稿|工作簿)\s*\d*|\W*|"
    r"microsoft \w+ - .*|.*\.(?:docx?|wps|xlsx?|pptx?|pdf|indd|tex|qxd|fm))$",
    re.IGNORECASE,
)


def read_pdf(data: bytes, name: str, *, ocr: bool = True) -> ReadDocument:
    """A PDF as a document.

    Pages without a text layer, or with one that is damaged, are recognised from their picture if ``ocr`` is set; what
    is not readable is said in a note. Raises InputError for a PDF with a password, a broken or an empty one.
    """
    notes: list[Mapping[str, str]] = []
    with opened(data, name) as document:
        drafts = _drafts(document, ocr, notes)
        title = _title_in(document)
    return _document("PDF", title, name, stored(drafts), notes)


def read_picture(data: bytes, name: str, *, ocr: bool = True) -> ReadDocument:
    """A picture (PNG, JPEG, TIFF of several pages, BMP, WebP) as a scanned document."""
    from assay.knowledge.reading.ocr_picture import pictures_in

    notes: list[Mapping[str, str]] = []
    drafts = []
    media = "Picture"
    for number, (picture, scale, kind) in enumerate(pictures_in(data, name), 1):
        media = kind
        height, width = picture.shape[0] / scale, picture.shape[1] / scale
        drafts.append(_recognised(picture, scale, number) if ocr else Draft(number, width, height, [], scanned=True))
    if not ocr:
        notes.append(note("no_ocr", pages=_named([draft.number for draft in drafts])))
    return _document(media, "", name, stored(drafts), notes)


def _drafts(document: Any, ocr: bool, notes: list[Mapping[str, str]]) -> list[Draft]:
    drafts: list[Draft] = []
    unread: list[int] = []
    poor: list[int] = []
    broken: list[int] = []
    labels = _labels(document)
    for at in range(len(document)):
        page = _page(document, at)
        if page is None:
            broken.append(at + 1)
            drafts.append(Draft(at + 1, 0.0, 0.0, []))
            continue
        layer = layer_of(page, at + 1)
        draft = layer.draft
        if layer.needs_ocr and ocr:
            from assay.knowledge.reading.ocr_picture import rendered

            draft = _recognised(*rendered(page), at + 1)
        if layer.needs_ocr == "poor":
            poor.append(at + 1)
        elif layer.needs_ocr and not ocr:
            unread.append(at + 1)
        drafts.append(_labelled(draft, labels[at]))
        page.close()
    if poor:
        notes.append(note("poor_layer" if ocr else "poor_layer_kept", pages=_named(poor)))
    if unread:
        notes.append(note("no_ocr", pages=_named(unread)))
    if broken:
        notes.append(note("broken_pages", pages=_named(broken)))
    return drafts


def _page(document: Any, at: int) -> Any:
    import pypdfium2

    try:
        return document[at]
    except pypdfium2.PdfiumError:
        return None


def _labels(document: Any) -> list[str]:
    """The pages' own names where they differ from the plain count."""
    return ["" if (label := document.get_page_label(at)) == str(at + 1) else label for at in range(len(document))]


def _labelled(draft: Draft, label: str) -> Draft:
    from dataclasses import replace

    return replace(draft, label=label) if label else draft


def _recognised(picture: Any, scale: float, number: int) -> Draft:
    from assay.knowledge.reading.ocr_page import draft_of

    return draft_of(picture, scale, number)


def _document(media: str, title: str, name: str, store: Stored, notes: Sequence[Mapping[str, str]]) -> ReadDocument:
    doubts = find_doubts(store.pages, store.blocks, store.scores)
    title = title or title_of(store.pages, store.blocks) or PurePath(name).stem
    return ReadDocument(media, title, store.pages, store.blocks, doubts=doubts, notes=tuple(notes))


def _title_in(document: Any) -> str:
    title = " ".join(str(document.get_metadata_value("Title") or "").split())
    return "" if _NO_TITLE.match(title) or "\ufffd" in title else title


def _named(pages: Sequence[int]) -> str:
    """Page numbers as ranges: "1-3, 7"."""
    ranges: list[list[int]] = []
    for page in pages:
        if ranges and page == ranges[-1][1] + 1:
            ranges[-1][1] = page
        else:
            ranges.append([page, page])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in ranges)
