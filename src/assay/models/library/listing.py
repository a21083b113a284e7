"""What the library holds, as plain JSON data."""

from __future__ import annotations

from typing import Any

from assay.kernel.errors import AssayError
from assay.kernel.texts import LANGS
from assay.models.library.store import Library, Ref


def listed(library: Library) -> list[dict[str, Any]]:
    """Every version of every model; one that is refused is listed with its ``problem`` in both languages."""
    refs = [Ref(name, version) for name in library.names() for version in library.versions(name)]
    return [_line(library, ref) for ref in refs]


def card_document(library: Library, ref: Ref) -> dict[str, Any]:
    """The card with the model's state, its history and the digest of its stored files."""
    now = library.standing(ref)
    history = [
        {"time": one.time, "who": one.who, "what": one.what, "state": one.state.value, **one.detail}
        for one in now.changes
    ]
    about = {"state": now.state.value, "reasons": list(now.reasons), "manifest": now.manifest, "history": history}
    return {**library.card(ref).model_dump(mode="json"), **about}


def _line(library: Library, ref: Ref) -> dict[str, Any]:
    try:
        now, card = library.standing(ref), library.card(ref)
    except AssayError as error:
        return {"name": str(ref), "problem": {lang: error.render(lang) for lang in LANGS}}
    figures = {"mae": card.mae, "naive_mae": card.naive_mae, "skill": card.skill, "coverage": card.coverage}
    about = {"kind": card.kind, "target": card.target, "created": card.created, "by": card.by}
    return {"name": str(ref), "state": now.state.value, "reasons": list(now.reasons), **about, **figures}
