"""What the commands of ``assay alarms`` share: the options that name a log, and the log that they name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assay.cli.language import help_lang
from assay.kernel.errors import InputError
from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from assay.plant.model import Plant
    from assay.plant.notes import Note
    from assay.plant.series import Frame
    from assay.skills.alarms.log import AlarmLog

_HELP = help_lang()


def about(name: str) -> str:
    """The help of an option or command."""
    return text(f"cli.alarms_{name}", _HELP)


LogOption = Annotated[Path | None, typer.Option("--log", metavar="FILE", help=about("log"))]
PlantOption = Annotated[str | None, typer.Option("--plant", metavar="PLANT", help=about("plant"))]
ColumnOption = Annotated[list[str] | None, typer.Option("--column", metavar="FIELD=HEADER", help=about("column"))]
MapOption = Annotated[Path | None, typer.Option("--map", metavar="FILE", help=about("map"))]
PresetOption = Annotated[str | None, typer.Option("--preset", metavar="NAME", help=about("preset"))]
ZoneOption = Annotated[str | None, typer.Option("--zone", metavar="ZONE", help=about("zone"))]
FromOption = Annotated[str | None, typer.Option("--from", metavar="TIME", help=about("from"))]
ToOption = Annotated[str | None, typer.Option("--to", metavar="TIME", help=about("to"))]
AtOption = Annotated[str | None, typer.Option("--at", metavar="TIME", help=about("at"))]
HistoryOption = Annotated[Path | None, typer.Option("--history", metavar="FILE", help=about("history"))]
LangOption = Annotated[str | None, typer.Option("--lang", metavar="zh|en", help=text("cli.about_lang", _HELP))]
JsonOption = Annotated[bool, typer.Option("--json", help=text("cli.about_json", _HELP))]


class Source:
    """What the options say about the log."""

    def __init__(
        self,
        log: Path | None,
        plant: str | None,
        column: list[str] | None,
        map_file: Path | None,
        preset: str | None,
        zone: str | None,
        start: str | None,
        end: str | None,
        lang: Lang,
    ) -> None:
        from assay.plant.model import load_plant

        if log is None and plant is None:
            raise InputError("cli.alarms_source")
        self.lang, self._log, self.name = lang, log, plant or ""
        self._values: Frame | None = None
        self._map = (tuple(column or ()), map_file, preset)
        self.plant: Plant | None = None if plant is None else load_plant(plant)
        self.zone = zone or (str(self.plant.timezone) if self.plant is not None else None)
        self.start, self.end = self.moment(start), self.moment(end)

    @property
    def given(self) -> bool:
        """Whether a file with alarms was named."""
        return self._log is not None

    def read(self) -> tuple[AlarmLog, list[Note]]:
        """The log and what was noted about it."""
        if self._log is not None:
            from assay.skills.alarms.mapping import make_mapping
            from assay.skills.alarms.reading import read_log

            found = read_log(self._log, zone=self.zone, mapping=make_mapping(*self._map))
            return found.log, found.notes
        from assay.plant.home import home
        from assay.plant.records import open_records
        from assay.skills.alarms.stored import stored_log

        assert self.plant is not None
        with open_records(home() / "records.db") as records:
            try:
                return stored_log(records.events, self.plant.id, self.start, self.end), []
            except InputError:
                if self._values is None:
                    raise
        # The values tell what the plant's alarm engine would have recorded.
        from assay.skills.alarms.advice import engine_log

        return engine_log(self.plant, self._values), []

    def values(self, file: Path | None) -> str:
        """Keep the values of a file, or of the plant's own history, and return their digest."""
        from assay.plant.blobs import history_blob
        from assay.plant.files import read_history
        from assay.plant.historian import open_historian

        if self.plant is None:
            raise InputError("cli.alarms_values_plant")
        if file is not None:
            frame = read_history(file, zone=self.zone or "UTC", known_tags=[tag.id for tag in self.plant.tags]).frame
        else:
            with open_historian(self.name) as historian:
                frame = historian.read(None, self.start, self.end)
        self._values = frame
        return history_blob(frame)

    def stretch(self, value: str) -> tuple[datetime, datetime]:
        """``FROM..TO`` as two moments."""
        first, separator, last = value.partition("..")
        start, end = (self.moment(one or None) for one in (first, last))
        if not separator or start is None or end is None or end <= start:
            raise InputError("cli.alarms_upset_wrong", value=value)
        return start, end

    @property
    def zone_info(self) -> ZoneInfo:
        """The zone that times are shown in."""
        from assay.plant.file_times import zone_named

        return zone_named(self.zone or "UTC")

    def moment(self, value: str | None) -> datetime | None:
        """A time as a person writes it, aware; None for none."""
        from assay.plant.file_times import moment

        return None if value is None else moment(value, self.zone or "UTC")
