"""Display texts with a plant's own names: its equipment, tags and failures, and what its model says of an alarm."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from assay.kernel.errors import InputError
from assay.kernel.render import Texts
from assay.kernel.texts import Lang, text
from assay.plant.failures import FailureLibrary, load_failures
from assay.plant.failures_iso import MECHANISMS, MODES
from assay.plant.model import Plant
from assay.plant.model_schema import Bilingual
from assay.skills.alarms.claims import EQUIPMENT
from assay.skills.alarms.dispatch.assign import PRIORITIES
from assay.skills.alarms.dispatch.needs import SKILLS
from assay.skills.alarms.explain.claims import CONSEQUENCE, FAILURE, REMEDY, RESPONSE, TAG

Finder = Callable[[str], Bilingual | None]
_WORDS = {
    "dispatch.name_skill": ("dispatch.skill", SKILLS),
    "dispatch.name_priority": ("dispatch.priority", PRIORITIES),
}
_CODES = {"explain.name_mode": MODES, "explain.name_mechanism": MECHANISMS}


def texts_of(plant: Plant | None) -> Texts:
    """Texts by key, with the plant's names laid over those that name something; the name itself where it has none."""
    finders = {} if plant is None else _finders(plant)

    def find(key: str, lang: Lang = "en", /, **params: object) -> str:
        name = str(params.get("name", ""))
        if key in _CODES and name in _CODES[key]:
            return _CODES[key][name][lang == "en"]
        if key in _WORDS and name in _WORDS[key][1]:
            return text(f"{_WORDS[key][0]}_{name}", lang)
        if key in finders:
            with suppress(InputError):
                found = finders[key](name)
                if found is not None:
                    return found.get(lang)
        return text(key, lang, **params)

    return find


def _finders(plant: Plant) -> dict[str, Finder]:
    library: list[FailureLibrary] = []

    def failures() -> FailureLibrary:
        if not library:
            library.append(load_failures(plant))
        return library[0]

    return {
        EQUIPMENT: lambda name: plant.equipment_item(name).name,
        TAG: lambda name: plant.tag(name).name,
        FAILURE: lambda name: failures().get(name).name,
        REMEDY: lambda name: failures().get(name).remedy,
        CONSEQUENCE: lambda name: _rationale(plant, name, "consequence"),
        RESPONSE: lambda name: _rationale(plant, name, "response"),
    }


def _rationale(plant: Plant, alarm: str, field: str) -> Bilingual | None:
    tag, _, kind = alarm.partition(" ")
    limit = next((one for name, one in plant.tag(tag).alarms.items() if name == kind), None)
    found: Bilingual | None = None if limit is None or limit.rationale is None else getattr(limit.rationale, field)
    return found
