"""Reports: placeholders, periods, figures, what stays open, and Word, HTML and Markdown that hold the same."""

from __future__ import annotations

import asyncio
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from assay.kernel.errors import InputError
from assay.plant.model import load_plant
from assay.plant.records import Event, EventKind, open_records
from assay.plant.series import NO_DATA, Frame
from assay.skills.door import loaded
from assay.skills.reports import documents, word
from assay.skills.reports.gathering import gather
from assay.skills.reports.periods import period
from assay.skills.reports.runner import Outcome, Question, Told, fill
from assay.skills.reports.statistics import rate_seconds, statistic
from assay.skills.reports.template import filled, placeholders

START = datetime(2026, 11, 25, tzinfo=UTC)
END = START + timedelta(hours=8)
TEMPLATE = """# Report {{plant}}

| what | value |
|---|---|
| mean | {{mean XMEAS_7}} |
| again | {{ mean  XMEAS_7 }} |
| above | {{hours_above XMEAS_7 2705}} |
| nothing | {{mean XMEAS_9}} |

{{events operator 5}}

{{top_alarms 3}} {{alarms count}}

{{set lead}} {{ask "hot?"}} {{{{x}}
"""


@pytest.fixture(autouse=True)
def own_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))


def frame() -> Frame:
    times = np.array([np.datetime64(START.replace(tzinfo=None)) + np.timedelta64(30 * k, "m") for k in range(16)])
    values = np.column_stack([2700.0 + np.arange(16), np.full(16, np.nan)])
    quality = np.column_stack([np.zeros(16), np.full(16, NO_DATA)]).astype(np.int16)
    quality[3, 0] = -1
    return Frame(times.astype("datetime64[ns]"), ("XMEAS_7", "XMEAS_9"), values, quality)


def outcome(template: str, asking: bool = False, **more: str) -> Outcome:
    plant = load_plant("tennessee_eastman")

    async def told(question: str) -> Told:
        return Told((f"“{question} <b>85</b>”",), ("ev_x",))

    with open_records(Path("records.db").absolute()) as records:
        source = gather(plant, frame(), records, START, END)
        tools = {tool.name: tool for skill in loaded().values() for tool in skill.tools}
        question = Question(
            placeholders([template]), plant, START, END, source, "t", "en", more, tools, told if asking else None
        )
        return asyncio.run(fill(question, records))


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    events = [
        Event(
            time=START + timedelta(hours=1),
            plant="tennessee_eastman",
            tag="XMV_10",
            kind=EventKind.OPERATOR,
            message="set to 41 | <script>alert(1)</script>",
        ),
        *[
            Event(
                time=START + timedelta(minutes=k),
                plant="tennessee_eastman",
                tag="XMEAS_7",
                kind=EventKind.ALARM,
                state="unacknowledged",
                data={"type": "H", "key": "plant.alarm_raised"},
            )
            for k in range(4)
        ],
    ]
    with open_records(tmp_path / "home" / "records.db") as mine, open_records(tmp_path / "records.db") as records:
        records.events.add(events)
        mine.events.add(events)


def test_what_can_be_proved_is_filled_and_the_rest_is_open() -> None:
    found = outcome(TEMPLATE, lead="Li")
    lines = {raw: one.lines for raw, one in found.fields.items()}
    assert lines["{{mean XMEAS_7}}"] == lines["{{ mean  XMEAS_7 }}"] == ("2708 kPa",)
    assert lines["{{hours_above XMEAS_7 2705}}"] == ("5.00 h",)
    assert lines["{{top_alarms 3}}"] == ("XMEAS_7 H: 4 times",)
    assert lines["{{alarms count}}"] == ("4",)
    assert lines["{{set lead}}"] == ("Li",) and found.fields["{{set lead}}"].entered
    assert [one.placeholder.name for one in found.open] == ["mean", "ask"]
    assert "nothing good" in found.fields["{{mean XMEAS_9}}"].open
    for one in found.fields.values():
        assert one.open or one.placeholder.name in ("plant", "set") or one.cited


def test_three_forms_hold_the_same() -> None:
    found = outcome(TEMPLATE, asking=True, lead="Li")
    text = documents.markdown(TEMPLATE, found, "en")
    page = documents.html(TEMPLATE, found, "t", "en")
    import docx

    opened = docx.Document(io.BytesIO(word.word_of_markdown(TEMPLATE, found, "en")))
    written = "\n".join(one.text for one in documents.paragraphs(opened))
    for form in (text, page, written):
        assert "2708 kPa" in form and "OPEN" in form and "{{x}}" in form and found.answer.run in form
        assert "{{mean" not in form
    assert "<script>" not in page and "<b>85</b>" not in page
    assert "\\<script\\>" in text


def test_a_word_template_keeps_its_format(tmp_path: Path) -> None:
    import docx

    document = docx.Document()
    paragraph = document.add_paragraph("Pressure ")
    bold = paragraph.add_run("{{mean XM")
    bold.bold = True
    paragraph.add_run("EAS_7}} at the top, {{mean XMEAS_9}}.")
    table = document.add_table(1, 2)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "{{max XMEAS_7}}"
    document.sections[0].header.paragraphs[0].text = "{{plant}}"
    document.save(str(tmp_path / "t.docx"))
    opened = documents.load(tmp_path / "t.docx")
    found = outcome("\n".join(documents.texts(opened)))
    assert not isinstance(opened, str)
    filled_in = docx.Document(io.BytesIO(word.fill_word(opened, found, "en")))
    first = filled_in.paragraphs[0]
    assert first.text.startswith("Pressure 2708 kPa[1] at the top, [OPEN:")
    assert next(run for run in first.runs if "2708" in run.text).bold
    assert filled_in.tables[0].cell(0, 0).text == "2715 kPa[2]"
    assert filled_in.sections[0].header.paragraphs[0].text != "{{plant}}"


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{meen XMEAS_7}}", "mean"),
        ("{{mean}}", "write"),
        ('{{ask "x}}', "quotation"),
        ("{{mean XMEAS_99}}", "no tag"),
        ("{{hours_above XMEAS_7 high}}", "no number"),
        ("{{events everything}}", "no events of kind"),
        ("{{alarms all}}", "no alarm figure"),
        ("{{total XMEAS_7}}", "no rate"),
    ],
)
def test_a_wrong_template_is_one_sentence(template: str, said: str) -> None:
    with pytest.raises(InputError) as raised:
        outcome(template)
    assert said in raised.value.render("en") and raised.value.render("zh")


def test_braces_and_quotes() -> None:
    (one,) = placeholders(["{{ask “how hot?”}}"])
    assert one.arguments == ("how hot?",)
    assert filled("{{{{a}} {{plant}}", lambda raw: "P") == "{{a}} P"


def test_periods() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    now = datetime(2026, 11, 26, 4, tzinfo=UTC)
    assert period("last 8h", zone, now) == (now - timedelta(hours=8), now)
    assert period("昨天", zone, now)[0] == datetime(2026, 11, 24, 16, tzinfo=UTC)
    assert period("2026-11-25", zone, now)[1] == datetime(2026, 11, 25, 16, tzinfo=UTC)
    assert period("2026-W47", zone, now)[1] - period("2026-W47", zone, now)[0] == timedelta(days=7)
    assert period("2026-02", zone, now)[1] == datetime(2026, 2, 28, 16, tzinfo=UTC)
    assert period("2026-11-25 08:00..2026-11-25 20:00", zone, now)[0] == datetime(2026, 11, 25, 0, tzinfo=UTC)
    for wrong in ("soon", "2026-13", "2026-11-25..2026-11-24", ""):
        with pytest.raises(InputError):
            period(wrong, zone, now)


def test_figures_come_from_good_samples() -> None:
    assert statistic(frame(), "XMEAS_7", "good", END)["value"] == pytest.approx(15 / 16)
    assert statistic(frame(), "XMEAS_7", "change", END)["value"] == 15.0
    assert statistic(frame(), "XMEAS_9", "mean", END)["value"] is None
    assert statistic(frame(), "XMEAS_7", "total", END)["value"] == pytest.approx(
        sum(2700.0 + k for k in range(16) if k != 3) * 0.5 + 2702 * 0.5
    )
    assert rate_seconds("t/h") == ("t", 3600.0) and rate_seconds("kscmh")[0] == "kscm"
    with pytest.raises(InputError):
        rate_seconds("kPa")
