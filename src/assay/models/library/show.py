"""A card as sentences for a person, in one language."""

from __future__ import annotations

from collections.abc import Iterator

from assay.kernel.texts import Lang, text
from assay.models.library.card import Card, OriginFigures
from assay.models.library.states import Change, Standing


def card_lines(card: Card, now: Standing, digest: str, lang: Lang) -> Iterator[str]:
    """The card line by line: what it is, its training, its figures beside the rival's, limits of use, history."""

    def line(key: str, **params: object) -> str:
        return text(f"library.card_{key}", lang, **params)

    reasons = text("library.and", lang).join(text(f"library.reason_{one}", lang) for one in now.reasons)
    state = text(f"library.state_{now.state.value}", lang)
    yield line("head", name=f"{card.name}@{card.version}", kind=card.kind, target=_with_unit(card))
    yield line("state", state=state) if not reasons else line("state_why", state=state, why=reasons)
    yield line("made", time=card.created, by=card.by, digest=digest[:16])
    yield line("data", rows=card.rows, start=card.start, end=card.end, step=_number(card.step), hash=card.data[:16])
    yield line("options", options=", ".join(f"{name}={value}" for name, value in card.options.items()))
    chosen = ", ".join(f"{name}={value}" for name, value in card.about.items())
    rival = ", ".join(f"{name}={value}" for name, value in card.naive_about.items())
    yield line("about", model=chosen or "-", naive=rival or "-")
    yield line("figures", mae=_number(card.mae), naive=_number(card.naive_mae), skill=_percent(card.skill))
    if card.level is not None:
        yield line("interval", level=_percent(card.level), coverage=_percent(card.coverage))
    yield line("origins_units" if card.about.get("judged_by") == "unit" else "origins")
    yield from (f"  {_origin(one, lang)}" for one in card.origins)
    yield line("limits", margin=_percent(float(str(card.drift_rules["range_margin"]))))
    for one in card.features:
        about = {"low": _number(one.low), "high": _number(one.high), "unit": one.unit, "missing": _percent(one.missing)}
        yield f"  {line('feature', tag=one.tag, weight=_percent(one.weight), **about)}"
    rules = {
        name: _percent(float(str(card.drift_rules[name]))) for name in ("weight_drifted_most", "rows_outside_most")
    }
    yield line("drift", psi=card.drift_rules["psi_least_bound"], **rules)
    yield from (line("note", note=text(key, lang)) for key in card.notes)
    yield line("libraries", libraries=", ".join(f"{name} {version}" for name, version in card.libraries.items()))
    yield line("history")
    yield from (f"  {_change(one, lang)}" for one in now.changes)


def _change(one: Change, lang: Lang) -> str:
    why = one.detail.get("why") or text("library.and", lang).join(
        text(f"library.reason_{each}", lang) for each in one.detail.get("reasons", ())
    )
    key = one.what.rpartition(".")[2]
    state = text(f"library.state_{one.state.value}", lang)
    return text(f"library.change_{key}", lang, time=one.time[:19], who=one.who, state=state, why=why or "-")


def _origin(one: OriginFigures, lang: Lang) -> str:
    figures = {"mae": _number(one.model["mae"]), "naive": _number(one.naive["mae"])}
    coverage = _percent(one.model["coverage"])
    window = {"start": one.start, "end": one.end, "train": one.train_rows, "rows": one.model["rows"]}
    return text("library.card_origin", lang, coverage=coverage, **window, **figures)


def _with_unit(card: Card) -> str:
    return f"{card.target} [{card.target_unit}]" if card.target_unit else card.target


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100.0 * value:.1f} %"
