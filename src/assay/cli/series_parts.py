"""What ``assay forecast`` and ``assay detect`` share: where the history comes from, and how the answer is told."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assay.cli.output import print_json, say, warn
from assay.kernel.errors import InputError
from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from datetime import datetime

    from assay.plant.model import Plant
    from assay.plant.notes import Note
    from assay.plant.series import Frame
    from assay.skills.timeseries.runner import Outcome, Question


@dataclass(frozen=True, slots=True)
class Source:
    """A history, what was noted about it, its plant where one is named, and the zone of times without one."""

    frame: Frame
    notes: list[Note]
    plant: Plant | None
    zone: str

    @property
    def units(self) -> dict[str, str]:
        """The tags' units by the plant."""
        return {} if self.plant is None else {tag.id: tag.unit for tag in self.plant.tags}

    def moment(self, value: str | None) -> datetime | None:
        """A time that a person typed."""
        from assay.plant.file_times import moment

        return None if value is None else moment(value, self.zone)

    def stretch(self, value: str) -> tuple[datetime, datetime]:
        """``FROM..TO`` as two moments."""
        first, separator, last = value.partition("..")
        start, end = (self.moment(one or None) for one in (first, last))
        if not separator or start is None or end is None or end <= start:
            raise InputError("cli.series_stretch_wrong", value=value)
        return start, end


def read_source(
    data: Path | None, plant_name: str | None, zone: str | None, start: str | None, end: str | None
) -> Source:
    """A file's history, or a plant's own; with a plant its tags, units and zone."""
    from assay.plant.file_units import refuse_other_units
    from assay.plant.files import read_history
    from assay.plant.model import load_plant

    if data is None and plant_name is None:
        raise InputError("cli.series_source")
    plant = None if plant_name is None else load_plant(plant_name)
    where = zone or (str(plant.timezone) if plant is not None else "UTC")
    if data is not None:
        known = None if plant is None else [tag.id for tag in plant.tags]
        found = read_history(data, zone=where, known_tags=known)
        if plant is not None:
            refuse_other_units(data, found.frame, plant.tags)
        source = Source(found.frame, found.notes, plant, where)
    else:
        from assay.plant.historian import open_historian

        assert plant_name is not None
        with open_historian(plant_name) as historian:
            source = Source(historian.read(None, None, None), [], plant, where)
    if start is None and end is None:
        return source
    frame = source.frame.between(source.moment(start), source.moment(end))
    return Source(frame, source.notes, plant, where)


def answer(question: Question, out: Path | None, as_json: bool) -> int:
    """Ask, tell, write files; the exit code: 3 when the answer is refused."""
    import asyncio

    from assay.plant.home import home
    from assay.plant.records import open_records
    from assay.skills.timeseries.files import write_files
    from assay.skills.timeseries.runner import ask

    with open_records(home() / "records.db") as records:
        outcome = asyncio.run(ask(question, records))
    files: dict[str, Path] = {}
    if out is not None and outcome.value is not None:
        status, replay = _closing(outcome, question.lang)
        files = write_files(question.view, outcome, question.frame, out, question.lang, status=status, replay=replay)
    if as_json:
        print_json({**outcome.document(), "files": {kind: str(path) for kind, path in files.items()}})
    else:
        tell(question.view, outcome, question.lang)
        for kind, path in files.items():
            say(f"{kind}: {path}")
    return 3 if outcome.answer.status.value == "refused" else 0


def tell(view: str, outcome: Outcome, lang: Lang) -> None:
    """The status, the sentences with their evidence, what is not known, the tables, and how to replay."""
    from assay.skills.timeseries.tables import TABLES

    for note in outcome.notes:
        warn(f"- {note}")
    status, replay = _closing(outcome, lang)
    say(status)
    for sentence in outcome.answer.sentences:
        say(f"- {sentence.text}  [{', '.join(sentence.evidence)}]")
    for unknown in outcome.answer.missing:
        say(f"? {unknown}")
    if outcome.value is not None and view in TABLES:
        for line in TABLES[view](outcome.value, lang):
            say(line)
    say(replay)


def _closing(outcome: Outcome, lang: Lang) -> tuple[str, str]:
    """What the answer is worth, and how to run its evidence again."""
    status = text(f"cli.investigate_status_{outcome.answer.status.value}", lang)
    return status, text("cli.investigate_replay", lang, run=outcome.answer.run)


def told(source: Source, lang: Lang) -> tuple[str, ...]:
    """The notes on the history as sentences."""
    return tuple(note.render(lang) for note in source.notes)


def zone_of(source: Source) -> Any:
    """The zone in which times are shown."""
    from assay.plant.file_times import zone_named

    return zone_named(source.zone)
