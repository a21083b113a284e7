"""A model taken from the library, ready to predict, with its rival and what its features looked like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from assay.kernel.errors import IntegrityError, Refused
from assay.kernel.texts import LANGS, text
from assay.models.library.card import Card
from assay.models.library.drift import drift
from assay.models.library.kinds import Kind, Prediction, Trained
from assay.models.library.parts import Parts
from assay.models.library.profile import Profile
from assay.models.library.registry import kind_named
from assay.models.library.states import State
from assay.models.library.store import Library, Ref
from assay.plant.series import Frame

MODEL, NAIVE, PROFILE = "model", "naive", "profile"


@dataclass(frozen=True, slots=True)
class Opened:
    """A trained model of the library."""

    ref: Ref
    card: Card
    kind: Kind
    model: Trained
    naive: Trained
    profile: Profile

    def drift(self, frame: Frame) -> dict[str, Any]:
        """See ``drift.drift``, without the reasons that say nothing about this kind (``ignored``)."""
        found = drift(self.profile, frame, self.model.weights)
        ignored = list(getattr(self.kind, "no_drift", ()))
        return found | {"reasons": [one for one in found["reasons"] if one not in ignored], "ignored": ignored}


def packed(model: Trained, naive: Trained, profile: Profile) -> Parts:
    """What the library keeps of a model."""
    return Parts(children={MODEL: model.to_parts(), NAIVE: naive.to_parts(), PROFILE: profile.to_parts()})


def open_model(library: Library, ref: Ref, *, stood_back: bool = False, retired: bool = False) -> Opened:
    """The model, after every file was checked. Refused for one that stood back unless ``stood_back`` (to test it
    again), and for a retired one unless ``retired`` (to replay what it once said)."""
    now = library.standing(ref)
    if now.state is State.RETIRED and not retired:
        why = next(change.detail["why"] for change in now.changes if change.state is State.RETIRED)
        raise Refused("library.refused_retired", name=str(ref), why=why)
    if now.state is State.STOOD_BACK and not stood_back:
        raise Refused("library.refused_stood_back", name=str(ref), **reasons_in_words(now.reasons))
    card = library.card(ref)
    kind = kind_named(card.kind)
    parts = library.parts(ref, kind.trusted)
    try:
        children = parts.children
        model, naive = kind.load(children[MODEL]), kind.load_naive(children[NAIVE])
        profile = Profile.from_parts(children[PROFILE])
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise IntegrityError("library.files_unreadable", reason=f"{type(error).__name__}: {error}"[:200]) from error
    return Opened(ref, card, kind, model, naive, profile)


def predict(library: Library, ref: Ref, frame: Frame) -> Prediction:
    """What an active model says of each row of the frame; Refused with the reason when it stood back or is retired."""
    return open_model(library, ref).model.predict(frame)


def reasons_in_words(reasons: tuple[str, ...]) -> dict[str, str]:
    """``why_zh`` and ``why_en`` for a text in either language."""
    return {
        f"why_{lang}": text("library.and", lang).join(text(f"library.reason_{one}", lang) for one in reasons)
        for lang in LANGS
    }
