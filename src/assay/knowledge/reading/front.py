"""Front matter: what a Markdown file says of itself between two lines of dashes at its very beginning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from assay.knowledge.document import Stated
from assay.knowledge.reading.days import day_of
from assay.knowledge.reading.lines import Line

_MOST_LINES = 200
_FROM = ("valid_from", "effective", "effective_from", "effective_date", "生效日期", "实施日期", "施行日期")
_TO = ("valid_to", "valid_until", "expires", "有效期至", "失效日期", "废止日期")
_VERSION = ("version", "revision", "rev", "版本", "版本号", "版次")
_REPLACES = ("replaces", "supersedes", "替代", "代替")
_TITLE = ("title", "标题", "名称")


@dataclass(frozen=True, slots=True)
class Matter:
    """``lines`` is how many lines it takes, with both lines of dashes; 0 where there is none."""

    lines: int = 0
    title: str = ""
    stated: Stated = field(default_factory=Stated)


def matter_of(lines: Sequence[Line]) -> Matter:
    """The front matter of a file's lines."""
    if not lines or lines[0].text.rstrip() != "---":
        return Matter()
    ends = (at for at, line in enumerate(lines[1:_MOST_LINES], 1) if line.text.rstrip() in ("---", "..."))
    end = next(ends, 0)
    loaded = _loaded("\n".join(line.text for line in lines[1:end])) if end else None
    if loaded is None:
        return Matter()
    values = {str(key).strip().lower().replace("-", "_").replace(" ", "_"): value for key, value in loaded.items()}
    stated = Stated(
        version=_word(_first(values, _VERSION)),
        valid_from=_day(_first(values, _FROM)),
        valid_to=_day(_first(values, _TO)),
        replaces=_names(_first(values, _REPLACES)),
    )
    return Matter(end + 1, _word(_first(values, _TITLE)), stated)


def _loaded(text: str) -> Mapping[object, object] | None:
    import yaml

    if not text.strip() or "&" in text or "*" in text:  # an alias may stand for very much
        return None
    try:
        loaded = yaml.load(text, Loader=yaml.BaseLoader)  # no numbers: version 2.10 is not 2.1
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    return loaded if isinstance(loaded, dict) else None


def _first(values: Mapping[str, object], keys: Sequence[str]) -> object:
    return next((values[key] for key in keys if values.get(key) not in (None, "", [])), None)


def _word(value: object) -> str:
    return " ".join(value.split())[:300] if isinstance(value, str) else ""


def _names(value: object) -> tuple[str, ...]:
    several = value if isinstance(value, list) else [value]
    return tuple(name for one in several if (name := _word(one)))


def _day(value: object) -> date | None:
    return day_of(value) if isinstance(value, str) else None
