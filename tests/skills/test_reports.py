"""Reports: placeholders, periods, figures, what stays open, and Word, HTML and Markdown that hold the same."""

from __future__ import annotations

import asyncio
import io
import re
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
from assay.skills.reports.gathering import gather, unproved
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


def test_an_empty_record_proves_nothing_without_a_recording() -> None:
    with open_records(Path("records.db").absolute()) as records:
        plant = load_plant("tennessee_eastman")
        before = gather(plant, frame(), records, START - timedelta(days=9), START - timedelta(days=8))
        quiet = gather(plant, frame(), records, START + timedelta(hours=5), END)
    asked = placeholders(["{{events alarm}} {{events work_order}} {{alarms count}} {{top_alarms}} {{actions}}"])
    told = {one.raw: unproved(one, before, plant, "en") for one in asked}
    assert [raw for raw, why in told.items() if "nothing of the plant" not in why] == ["{{actions}}"]
    told = {one.raw: unproved(one, quiet, plant, "zh") for one in asked}
    assert [raw for raw, why in told.items() if why] == ["{{events work_order}}"] and "工单" in told[
        "{{events work_order}}"
    ]


def test_a_list_that_is_cut_says_so_and_can_begin_at_the_first() -> None:
    found = outcome("{{events alarm 2}} {{events alarm 3 first}} {{events alarm 9}}")
    newest, first, all_ = (found.fields[raw].lines for raw in found.fields)
    assert newest[0].startswith("2026-11-25 00:02") and newest[-1] == "2 of 4, the newest"
    assert first[0].startswith("2026-11-25 00:00") and first[-1] == "3 of 4, the first"
    assert len(all_) == 4


def test_every_line_of_a_chart_has_its_evidence() -> None:
    (field,) = outcome("{{chart XMEAS_7 XMEAS_9}}").fields.values()
    assert len(field.lines) == 1 and len(field.cited) == 1  # nothing was recorded of the other
    (nothing,) = outcome("{{chart XMEAS_9}}").fields.values()
    assert "nothing good" in nothing.open and nothing.picture is None


def test_actions_of_another_plant_stand_in_no_report() -> None:
    from assay.plant.blobs import load_json

    with open_records(Path("records.db").absolute()) as records:
        records.audit.add("li", "approved", "act_0000", plant="another")
        now, hour = datetime.now(UTC), timedelta(hours=1)
        source = gather(load_plant("tennessee_eastman"), frame(), records, now - hour, now + hour)
    assert [row for row in load_json(source.events) if row["kind"] == "action"] == []


BOX = """<w:r xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"
 xmlns:v="urn:schemas-microsoft-com:vml"><w:pict><v:textbox><w:txbxContent><w:p><w:r><w:t>box {{max </w:t></w:r><w:r>
<w:t>XMEAS_7}}</w:t></w:r></w:p></w:txbxContent></v:textbox></w:pict></w:r>"""
LINK = """<w:hyperlink xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" w:anchor="x"><w:r>
<w:t>a link</w:t></w:r></w:hyperlink>"""
CONTROL = """<w:sdt xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:sdtPr/><w:sdtContent><w:p>
<w:r><w:t>control {{min XMEAS_7}}</w:t></w:r></w:p></w:sdtContent></w:sdt>"""


def test_a_word_template_is_filled_wherever_a_placeholder_stands(tmp_path: Path) -> None:
    import docx
    from docx.oxml import parse_xml

    made = docx.Document()
    linked = made.add_paragraph("See ")
    linked._p.append(parse_xml(LINK.replace("\n", "")))
    linked.add_run(" then {{last XMEAS_7}} end")
    made.add_paragraph("with ")._p.append(parse_xml(BOX.replace("\n", "")))
    made._body._element.insert(0, parse_xml(CONTROL.replace("\n", "")))
    inner = made.add_table(rows=1, cols=1).cell(0, 0).add_table(rows=1, cols=1)
    inner.cell(0, 0).text = "inner {{first XMEAS_7}}"
    section = made.sections[0]
    section.different_first_page_header_footer = True
    section.first_page_footer.paragraphs[0].text = "foot {{mean XMEAS_7}}"
    made.save(str(tmp_path / "t.docx"))
    opened = documents.load(tmp_path / "t.docx")
    assert not isinstance(opened, str)
    found = outcome("\n".join(documents.texts(opened)))
    page = documents.html(opened, found, "t", "en")
    written = docx.Document(io.BytesIO(word.fill_word(opened, found, "en")))
    words = "\n".join(documents.words_of(one) for one in documents.paragraphs(written))
    for said in ("See a link then 2715 kPa", "box 2715 kPa", "control 2700 kPa", "inner 2700 kPa", "foot 2708 kPa"):
        assert said in words and said in re.sub(r"<sup>.*?</sup>", "", page)
    assert "{{" not in words


def test_a_table_row_stays_one_line() -> None:
    template = "| what |\n|---|\n| {{events alarm 3}} |\n\n{{events alarm 3}}\n"
    text = documents.markdown(template, outcome(template), "en")
    assert [line for line in text.splitlines() if line.startswith("|")][2].count("<br>") == 3
    assert sum(line.startswith("- ") for line in text.splitlines()) == 4
    assert "\\_" not in documents.markdown(template, outcome(template), "en", plain=True)
