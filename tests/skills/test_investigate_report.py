"""The report: what it shows is what the result holds, in both languages, and no foreign text becomes markup."""

from __future__ import annotations

import base64
import json
import math
import re
import time
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from assay.kernel.errors import InputError, TerminalError
from assay.kernel.texts import catalogue, register_texts
from assay.skills.investigate.report import charts, document, write_report
from assay.skills.investigate.report.charts import thin
from assay.skills.investigate.report.document import Refs, Share, Table
from assay.skills.investigate.report.markdown import plain
from assay.skills.investigate.report.words import number, percent

register_texts("investigate", "assay.skills.investigate")

START = datetime(2026, 3, 4, 0, 0, tzinfo=UTC)
ALARM = START + timedelta(hours=6)
ONSET = ALARM - timedelta(minutes=24)
HOURS = [round(-1.0 + 0.05 * i, 4) for i in range(101)]
NASTY = "<script>alert(1)</script> **bold** [x](http://evil.example) | `code` \u202ereversed\n# heading"

NAMES: dict[str, tuple[str, str, str, float]] = {
    "XMEAS_9": ("反应器温度", "Reactor temperature", "Cel", 120.4),
    "XMEAS_7": ("反应器压力", "Reactor pressure", "kPa", 2705.0),
    "XMEAS_21": ("反应器冷却水出口温度", "Reactor cooling water outlet temperature", "Cel", 94.6),
    "XMV_10": ("反应器冷却水流量阀", "Reactor cooling water valve", "%", 41.1),
    "XMEAS_11": ("产物分离器温度", "Separator temperature", "Cel", 80.1),
    "XMEAS_20": ("压缩机功率", "Compressor work", "kW", 341.4),
}


def iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def named(tag: str) -> dict[str, Any]:
    zh, en, unit, _ = NAMES[tag]
    return {"tag": tag, "name": {"zh": zh, "en": en}, "unit": unit}


def course(base: float, size: float, seed: int, ends: int = 101) -> list[float | None]:
    def at(i: int) -> float:
        h = HOURS[i]
        rise = size * (1 - math.exp(-(h + 0.4) / 0.8)) if h > -0.4 else 0.0
        return round(base + rise + 0.12 * size * math.sin(seed + 1.7 * i) * math.sin(0.31 * i + seed), 6)

    return [at(i) if i < ends else None for i in range(len(HOURS))]


def curve(tag: str, seed: int) -> dict[str, Any]:
    base = NAMES[tag][3]
    size = 0.02 * base
    observed = course(base, size, seed)
    observed[40:43] = [None, None, None]
    return {
        **named(tag),
        "observed": observed,
        "normal": {"mean": base, "low": base - 0.3 * size, "high": base + 0.3 * size},
        "simulated": {
            "IDV4": course(base, 0.95 * size, seed + 1),
            "IDV11": course(base, 0.2 * size, seed + 2),
            "stuck:XMV_10": course(base, 1.6 * size, seed + 3, ends=80),
        },
    }


def measure(tag: str, value: float, *, best: bool) -> dict[str, Any]:
    ahead = [round(0.1 * i, 2) for i in range(81)]
    predicted = [
        {
            **named(key),
            "median": [NAMES[key][3] * (1 + 0.02 * math.exp(-h)) for h in ahead],
            "low": [NAMES[key][3] * (1 + 0.02 * math.exp(-h) - 0.004) for h in ahead],
            "high": [NAMES[key][3] * (1 + 0.02 * math.exp(-h) + 0.004) for h in ahead],
            "without": [NAMES[key][3] * (1 + 0.02 + 0.003 * h) for h in ahead],
        }
        for key in ("XMEAS_9", "XMEAS_7")
    ]
    return {
        "id": f"m_{tag}",
        "writes": [{"tag": tag, "name": {"zh": "产量设定值", "en": "Production rate set point"}, "value": value,
                    "before": 22.89, "unit": "m3/h"}],
        "trips": not best, "trips_without": True, "alarms": 1 if best else 4, "alarms_without": 5,
        "relief": 0.634 if best else 0.12, "best": best, "hours": ahead, "predicted": predicted if best else [],
    }  # fmt: skip


def evidence(count: int) -> list[dict[str, Any]]:
    kinds = ["observation", "computation", "choice", "text", "action"]
    tools = ["history", "screen", "locate", "test", "curves", "measures"]
    return [
        {"id": f"ev_{i:016x}", "kind": kinds[i % 5], "producer": f"investigate.{tools[i % 6]}", "version": "1",
         "hash": f"{i:016x}" * 4}
        for i in range(1, count + 1)
    ]  # fmt: skip


def screen(points: int = 180) -> dict[str, Any]:
    step = timedelta(hours=10) / points
    values = [0.4 + 0.2 * math.sin(i) if i < 0.57 * points else 0.5 + 0.9 * (i - 0.57 * points) for i in range(points)]
    return {
        "abnormal": True,
        "onset": iso(ONSET),
        "alarm": {"time": iso(ALARM), "source": "process", "tag": "XMEAS_9", "type": "H"},
        "normal": {"from": iso(START), "to": iso(START + timedelta(hours=5)), "source": "history"},
        "score": {"times": [iso(START + step * i) for i in range(points)], "values": values, "limit": 1.0},
        "contributions": [
            {**named(tag), "equipment": "reactor", "shift": 8.31 - i, "spread": 0.7, "before": NAMES[tag][3],
             "after": NAMES[tag][3] * 1.02}
            for i, tag in enumerate(NAMES)
        ],
    }  # fmt: skip


SENTENCES = {
    "zh": ["装置自 2026-03-04 05:36 UTC 起偏离正常。", "偏差主要在反应器冷却水系统。",
           "最可能的原因是反应器冷却水入口温度升高（IDV4），概率 96.2%。",
           "把产量设定值由 22.89 m3/h 降至 20.6 m3/h 可避免停车。"],
    "en": ["The plant has left its normal course since 2026-03-04 05:36 UTC.",
           "The deviation lies mostly in the reactor cooling water system.",
           "The most probable cause is warmer reactor cooling water (IDV4), at 96.2%.",
           "Lowering the production rate from 22.89 m3/h to 20.6 m3/h avoids the trip."],
}  # fmt: skip

CAUSES = [
    ("IDV4", "反应器冷却水入口温度升高", "Warmer reactor cooling water", 0.962),
    ("IDV11", "反应器冷却水入口温度随机波动", "Wandering reactor cooling water temperature", 0.021),
    ("stuck:XMV_10", "反应器冷却水阀卡涩", "Stuck reactor cooling water valve", 0.008),
    ("none", "", "", 0.006),
    ("IDV12", "冷凝器冷却水入口温度随机波动", "Wandering condenser cooling water temperature", 0.0021),
    ("IDV5", "冷凝器冷却水入口温度升高", "Warmer condenser cooling water", 0.0006),
    ("IDV7", "物流 4 压头损失", "Pressure loss in stream 4", 0.0002),
    ("IDV1", "物流 4 的 A/C 比降低", "Lower A/C ratio in stream 4", 0.0001),
]


def upset(lang: str) -> dict[str, Any]:
    """A verified result about warmer cooling water, with everything that a result can hold."""
    topics = ["onset", "where", "cause", "measure"]
    return {
        "plant": "tennessee_eastman",
        "plant_name": {"zh": "田纳西-伊斯曼过程", "en": "Tennessee Eastman process"},
        "zone": "Asia/Shanghai", "run": "run_7f3a", "status": "verified", "lang": lang, "abnormal": True,
        "onset": iso(ONSET),
        "sentences": [
            {"text": text, "evidence": [f"ev_{i + 1:016x}", f"ev_{i + 2:016x}"], "topic": topics[i]}
            for i, text in enumerate(SENTENCES[lang])
        ],
        "missing": [],
        "not_known": {"zh": ["循环水塔的温度没有测量。"],
                      "en": ["The cooling tower's temperature is not measured."]}[lang],
        "history": {"from": iso(START), "to": iso(START + timedelta(hours=10)), "rows": 200, "sample_minutes": 3.0,
                    "missing": ["XMEAS_41"], "dead": ["XMV_12"], "notes": []},
        "screen": screen(),
        "where": [
            {"equipment": "reactor_cooling", "name": {"zh": "反应器冷却水系统", "en": "Reactor cooling water system"},
             "share": 0.71, "tags": ["XMV_10", "XMEAS_21"]},
            {"equipment": "reactor", "name": {"zh": "反应器", "en": "Reactor"}, "share": 0.29,
             "tags": ["XMEAS_9", "XMEAS_7"]},
        ],
        "twin": {"name": "tennessee_eastman", "operating": "mode 1", "control": "ricker",
                 "fit": {"means": 0.98, "spreads": 0.91, "ok": True}, "library_runs": 630, "hypotheses": 41,
                 "horizon_hours": 4.0},
        "causes": [
            {"id": cause, "name": {"zh": zh, "en": en}, "probability": p, "evidence": ["ev_0000000000000004"],
             "magnitude": 0.83 if cause == "IDV4" else None, "equipment": "reactor_cooling",
             "remedy": {"zh": "检查冷却塔和冷却水泵；保持 XMV_10 留有余量。",
                        "en": "Check the cooling tower and its pumps; keep room on XMV_10."}}
            for cause, zh, en, p in CAUSES
        ],
        "ruled_out": [
            {"id": cause, "name": {"zh": zh, "en": en}, "probability": p, "tag": "XMEAS_11", "observed": 80.12,
             "simulated": 84.9, "unit": "Cel"}
            for cause, zh, en, p in CAUSES[5:]
        ],
        "similar": {"first": "IDV4", "second": "IDV11", "tag": "XMEAS_21", "name": {"zh": "反应器冷却水出口温度",
                    "en": "Reactor cooling water outlet temperature"}},
        "curves": {"hours": HOURS, "tags": [curve(tag, i) for i, tag in enumerate(NAMES)]},
        "measures": [measure("SP_PRODUCTION_RATE", 20.6, best=True), measure("SP_REACTOR_LEVEL", 60.0, best=False)],
        "action": {"id": "act_12ab", "state": "confirmed", "person": "li.na", "role": "shift_lead",
                   "approved_at": iso(ALARM + timedelta(minutes=20)),
                   "writes": measure("SP_PRODUCTION_RATE", 20.6, best=True)["writes"],
                   "read_back": {"SP_PRODUCTION_RATE": 20.6}},
        "confirmation": {"ok": True, "cleared": ["XMEAS_9 H"], "standing": [], "inside": 0.97, "hours": 1.0},
        "evidence": evidence(7),
        "seconds": {"history": 0.21, "screen": 0.35, "test": 12.4, "curves": 0.12, "measures": 9.8, "total": 22.9},
        "tokens": 412,
    }  # fmt: skip


def normal(lang: str) -> dict[str, Any]:
    """Nothing abnormal."""
    whole = upset(lang)
    quiet = {**whole["screen"], "abnormal": False, "onset": None, "alarm": None, "contributions": []}
    text = {"zh": "运行正常。", "en": "The plant runs normally."}[lang]
    kept = {key: whole[key] for key in ("plant", "plant_name", "zone", "run", "lang", "history", "evidence")}
    return {
        **kept, "status": "verified", "abnormal": False, "onset": None, "screen": quiet,
        "sentences": [{"text": text, "evidence": ["ev_0000000000000002"], "topic": "abnormal"}],
        "where": [], "twin": None, "causes": [{"id": "none", "name": None, "probability": 1.0, "evidence": []}],
        "ruled_out": [], "similar": None, "curves": None, "measures": [], "action": None, "confirmation": None,
        "seconds": {"screen": 0.3}, "tokens": 0, "missing": [], "not_known": [],
    }  # fmt: skip


def refused(lang: str) -> dict[str, Any]:
    """No answer: the history is too short."""
    text = {"zh": "历史只有 5 行，至少需要 20 行。", "en": "The history has 5 rows; 20 are needed."}[lang]
    return {"plant": "tennessee_eastman", "run": "run_9", "status": "refused", "missing": [text], "sentences": [],
            "abnormal": None, "screen": None, "history": None, "causes": None, "evidence": []}  # fmt: skip


class Page(HTMLParser):
    """Tags, outside references and visible text of a page; fails on tags that do not close in order."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.text: list[str] = []
        self._open: list[str] = []
        self.feed(source)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "xlink:href", "action")]
        assert not [name for name, _ in attrs if name.startswith("on")]
        if tag not in ("meta", "br"):
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.text.append(data)


def visible(source: str) -> str:
    return " ".join(" ".join(Page(source).text).split())


def poisoned(value: Any, key: str = "") -> Any:
    """Every free text of a result replaced by markup."""
    if isinstance(value, dict):
        return {k: poisoned(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [poisoned(v, key) for v in value]
    free = ("zh", "en", "text", "unit", "missing", "dead", "not_known", "operating", "control", "person", "role")
    return NASTY if isinstance(value, str) and key in free else value


def data(spec: dict[str, Any]) -> list[list[dict[str, Any]]]:
    return [layer["data"]["values"] for layer in spec["layer"]]


def spec_of(result: dict[str, Any], part: str) -> dict[str, Any]:
    return next(figure.spec for figure in document(result, "en").figures() if part in figure.caption)


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Path]]:
    return {lang: write_report(upset(lang), tmp_path_factory.mktemp(lang), lang) for lang in ("zh", "en")}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_page_needs_nothing_from_outside(reports: dict[str, dict[str, Path]], lang: str) -> None:
    source = reports[lang]["html"].read_text(encoding="utf-8")
    page = Page(source)
    assert not page.tags & {"script", "link", "img", "iframe", "object", "image", "use"}
    assert page.links and all(re.fullmatch(r"#e\d+", link) for link in page.links)
    assert "://" not in source and "url(http" not in source and "@import" not in source
    assert "default-src 'none'" in source
    assert source.count('<svg class="chart"') == 1 + 6 + 2
    assert len(source.encode()) < 1_500_000


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_evidence_reference_leads_to_its_row(reports: dict[str, dict[str, Path]], lang: str) -> None:
    source = reports[lang]["html"].read_text(encoding="utf-8")
    assert {f'id="{link[1:]}"' in source for link in Page(source).links} == {True}
    for record in upset(lang)["evidence"]:
        command = "show" if record["kind"] in ("choice", "action") else "replay"
        assert f"assay evidence {command} {record['id']}" in source
    for sentence in SENTENCES[lang]:
        assert sentence in visible(source)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_first_lines_say_cause_probability_and_what_to_do(reports: dict[str, dict[str, Path]], lang: str) -> None:
    first = visible(reports[lang]["html"].read_text(encoding="utf-8"))[:600]
    assert CAUSES[0][1 if lang == "zh" else 2] in first and "96.2%" in first
    assert "SP_PRODUCTION_RATE" in first and "20.6 m3/h" in first
    assert "2026-03-04 13:36+08:00" in first


def test_no_untranslated_keys(reports: dict[str, dict[str, Path]]) -> None:
    zh, en = catalogue("investigate", "zh"), catalogue("investigate", "en")
    ours = {key for key in zh | en if key.startswith("report_")}
    for key in ours:
        assert sorted(re.findall(r"{\w+}", zh[key])) == sorted(re.findall(r"{\w+}", en[key])), key
        assert re.search(r"[\u4e00-\u9fff]", zh[key]) and not re.search(r"[\u4e00-\u9fff]", en[key]), key
    for lang, paths in reports.items():
        for suffix in ("html", "md"):
            shown = paths[suffix].read_text(encoding="utf-8")
            shown = visible(shown) if suffix == "html" else shown
            assert "report_" not in shown and "investigate.report" not in shown and "{" not in shown
            if lang == "en":
                assert not re.search(r"[\u4e00-\u9fff]", shown)
    headings = re.findall(r"<h2>(.*?)</h2>", reports["zh"]["html"].read_text(encoding="utf-8"))
    assert headings == [
        zh[f"report_section_{name}"]
        for name in (
            "answer",
            "since",
            "where",
            "causes",
            "ruled_out",
            "measures",
            "action",
            "not_known",
            "evidence",
            "cost",
        )
    ]


def test_chinese_reads_without_installed_fonts(reports: dict[str, dict[str, Path]]) -> None:
    from fontTools.ttLib import TTFont

    source = reports["zh"]["html"].read_text(encoding="utf-8")
    found = re.search(r"font/woff;base64,([A-Za-z0-9+/=]+)\)", source)
    assert found is not None
    covered = set(TTFont(BytesIO(base64.b64decode(found[1]))).getBestCmap())
    wide = {c for c in visible(source) if ord(c) >= 0x2E80}
    assert len(wide) > 100 and {c for c in wide if ord(c) not in covered} == set()
    assert "font/woff" not in reports["en"]["html"].read_text(encoding="utf-8")


def test_drawings_are_well_formed_and_hold_no_words(reports: dict[str, dict[str, Path]]) -> None:
    source = reports["zh"]["html"].read_text(encoding="utf-8")
    for drawing in re.findall(r'<svg class="chart".*?</svg>', source):
        texts = [node.text or "" for node in ElementTree.fromstring(drawing).iter("text")]
        assert texts and not re.search(r"[\u4e00-\u9fff]", "".join(texts))
    assert len(set(re.findall(r' id="([^"]+)"', source))) == len(re.findall(r' id="([^"]+)"', source))


def test_charts_hold_the_numbers_of_the_result() -> None:
    result = upset("en")
    shown = data(spec_of(result, "Reactor temperature (XMEAS_9)"))
    tag = result["curves"]["tags"][0]
    assert shown[0] == [{"low": tag["normal"]["low"], "high": tag["normal"]["high"]}]
    order = ["IDV4", "IDV11", "stuck:XMV_10"]
    for values, expected in zip(shown[2:], [*(tag["simulated"][c] for c in order), tag["observed"]], strict=True):
        assert values == [{"x": x, "y": y} for x, y in zip(HOURS, expected, strict=True)]
    score = result["screen"]["score"]
    drawn = data(spec_of(result, "Detector score"))
    assert [point["y"] for point in drawn[0]] == score["values"]
    assert drawn[0][0]["x"] == "2026-03-04T08:00:00Z"  # the plant's wall clock
    assert drawn[1] == [{"y": 1.0}]
    assert [layer[0]["x"] for layer in drawn[2:]] == ["2026-03-04T13:36:00Z", "2026-03-04T14:00:00Z"]
    best = result["measures"][0]
    band, without, median = data([f.spec for f in document(result, "en").figures()][-2])
    rows = zip(best["hours"], best["predicted"][0]["low"], best["predicted"][0]["high"], strict=True)
    assert band == [{"x": x, "low": low, "high": high} for x, low, high in rows]
    assert [p["y"] for p in without] == best["predicted"][0]["without"]
    assert [p["y"] for p in median] == best["predicted"][0]["median"]


def test_specs_are_valid_vega_lite() -> None:
    import altair

    figures = document(upset("zh"), "zh").figures()
    assert len(figures) == 9
    for figure in (figures[0], figures[1], figures[-1]):
        altair.LayerChart.from_dict(figure.spec)


def test_probabilities_of_the_table_add_to_one() -> None:
    tables = [b for s in document(upset("en"), "en").sections for b in s.blocks if isinstance(b, Table)]
    ranking = next(t for t in tables if t.head[1] == "Probability")
    shares = [cell.value for row in ranking.rows for cell in row if isinstance(cell, Share)]
    assert sum(shares) == pytest.approx(1.0, abs=1e-12)
    assert isinstance(ranking.rows[0][3], Refs)


def test_json_is_the_result(reports: dict[str, dict[str, Path]]) -> None:
    assert json.loads(reports["en"]["json"].read_text(encoding="utf-8")) == upset("en")


def test_the_same_result_gives_the_same_bytes(reports: dict[str, dict[str, Path]], tmp_path: Path) -> None:
    again = write_report(upset("zh"), tmp_path, "zh")
    assert all(again[suffix].read_bytes() == path.read_bytes() for suffix, path in reports["zh"].items())


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_foreign_text_becomes_no_markup(tmp_path: Path, lang: str) -> None:
    from markdown_it import MarkdownIt

    result = poisoned(upset(lang))
    result["causes"][0]["id"] = NASTY
    paths = write_report(result, tmp_path, lang)  # type: ignore[arg-type]
    source = paths["html"].read_text(encoding="utf-8")
    page = Page(source)
    assert "script" not in page.tags and all(link.startswith("#e") for link in page.links)
    assert "<script>alert(1)</script> **bold**" in " ".join(page.text)
    assert "\u202e" not in source
    tokens = MarkdownIt("commonmark").enable("table").parse(paths["md"].read_text(encoding="utf-8"))
    flat = [inner for token in tokens for inner in [token, *(token.children or [])]]
    assert not {token.type for token in flat} & {"html_inline", "html_block", "link_open", "image", "em_open", "fence"}
    clean = (
        MarkdownIt("commonmark")
        .enable("table")
        .parse(
            write_report(upset(lang), tmp_path / "clean", lang)["md"].read_text(encoding="utf-8")  # type: ignore[arg-type]
        )
    )
    for kind in ("heading_open", "list_item_open", "td_open", "strong_open", "code_inline"):
        expected = [t.type for token in clean for t in [token, *(token.children or [])]].count(kind)
        assert [t.type for t in flat].count(kind) == expected, kind


@pytest.mark.parametrize(
    "text",
    ["1. one", "- item", "+ x", "+8.3", "71.0%", "XMEAS_9", "_em_", "a_b_c_", "# head", "> quote", "***", "===", "---",
     "<b>", "&lt;", "a | b", "\\", "`x`", "[a](b)", "![a](b)", "www.x.yz", "http://x.yz", "a@b.cd", "~~x~~", "1)",
     "10.",     "    code", "\\*", "_汽提塔_", "（_x_）"],
)  # fmt: skip
def test_markdown_shows_text_as_it_is(text: str) -> None:
    from html import unescape

    from markdown_it import MarkdownIt

    rendered = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(plain(text))
    assert unescape(rendered) == f"<p>{' '.join(text.split())}</p>\n"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_normal_and_refused_results(tmp_path: Path, lang: str) -> None:
    words = catalogue("investigate", lang)  # type: ignore[arg-type]
    quiet = visible(write_report(normal(lang), tmp_path, lang)["html"].read_text(encoding="utf-8"))  # type: ignore[arg-type]
    assert words["report_verdict_normal"] in quiet and words["report_todo_nothing"] in quiet
    assert words["report_section_measures"] not in quiet and words["report_col_probability"] not in quiet
    paths = write_report(refused(lang), tmp_path, lang)  # type: ignore[arg-type]
    told = visible(paths["html"].read_text(encoding="utf-8"))
    assert words["report_verdict_refused"] in told and refused(lang)["missing"][0] in told
    assert words["report_section_causes"] not in told and words["report_nothing_unknown"] not in told
    assert refused(lang)["missing"][0] in paths["md"].read_text(encoding="utf-8")


def test_what_the_verdict_says() -> None:
    def verdict(**changes: Any) -> Any:
        return document({**upset("en"), **changes}, "en").verdict

    def ranked(*shares: tuple[str, float]) -> list[dict[str, Any]]:
        return [
            {"id": cause, "name": {"en": f"Cause {cause}"}, "probability": p, "evidence": []} for cause, p in shares
        ]

    assert verdict().label == "Cause"
    assert verdict(causes=ranked(("A", 0.6), ("none", 0.4))).label == "Probable cause"
    assert "not certain" in verdict(causes=ranked(("A", 0.4), ("B", 0.35), ("none", 0.25))).label
    unknown = verdict(causes=ranked(("none", 0.8), ("A", 0.2)), measures=[], action=None, confirmation=None)
    assert unknown.finding.startswith("None of the known") and unknown.probability.shown == "80.0%"
    assert unknown.todo == (catalogue("investigate", "en")["report_todo_keep_normal"],)
    waits = verdict(action={"id": "act_1", "state": "proposed"}, confirmation=None)
    assert waits.todo[0].startswith("Set Production rate") and "act_1" in waits.todo[1]
    failed = verdict(confirmation={"ok": False})
    assert "not confirmed" in failed.todo[1]
    trips = deepcopy(upset("en")["measures"])
    trips[0]["trips"] = 0.8
    assert "trips even so" in verdict(measures=trips).todo[0]


def test_long_curves_are_thinned_and_quick(tmp_path: Path) -> None:
    result = upset("en")
    result["screen"] = screen(points=20_000)
    points = 20_000
    for tag in result["curves"]["tags"]:
        tag["observed"] = [math.sin(i / 300.0) for i in range(points)]
        tag["observed"][777] = 9.0
    result["curves"]["hours"] = [i / 1000.0 for i in range(points)]
    result["curves"]["tags"] *= 3
    begin = time.perf_counter()
    paths = write_report(result, tmp_path, "en")
    assert time.perf_counter() - begin < 20.0
    assert paths["html"].stat().st_size < 1_500_000
    observed = data(spec_of(result, "XMEAS_9"))[-1]
    assert len(observed) <= charts.LIMIT and max(p["y"] for p in observed) == 9.0
    assert "6 more tags" in visible(paths["html"].read_text(encoding="utf-8"))


@pytest.mark.parametrize("count", [0, 1, 2, 300, 301, 5000])
def test_thinning_keeps_ends_extremes_and_gaps(count: int) -> None:
    values: list[float | None] = [math.sin(i * 1.37) for i in range(count)]
    if count > 300:
        values[150] = None
    kept = thin(values)
    assert len(kept) <= max(300, min(count, 300)) and kept == sorted(set(kept))
    if count:
        seen = [v for v in values if v is not None]
        assert {0, count - 1} <= set(kept)
        assert max(v for i in kept if (v := values[i]) is not None) == max(seen)
        assert any(values[i] is None for i in kept) == (None in values)


def test_wrong_numbers_and_lengths_do_not_stop_it(tmp_path: Path) -> None:
    result = upset("en")
    result["curves"]["tags"][0]["observed"] = [math.nan, math.inf, 1.0]
    result["curves"]["tags"][1]["simulated"] = {}
    result["curves"]["tags"][1]["normal"] = None
    result["screen"]["score"]["values"] = [math.nan] * 5
    result["causes"][0]["name"] = {"zh": "汉字"}
    result["measures"][0]["alarms"] = ["XMEAS_7 H", "XMEAS_9 H"]
    result["confirmation"]["standing"] = [{"tag": "XMEAS_7", "type": "HH"}, "\ud800"]
    result["action"]["read_back"] = {"SP_X": {"value": 1.0, "ok": True}}
    paths = write_report(result, tmp_path, "en")
    assert "XMEAS_7 HH" in paths["md"].read_text(encoding="utf-8")
    assert json.loads(paths["json"].read_text(encoding="utf-8"))["curves"]["tags"][0]["observed"] == [None, None, 1.0]


def test_clear_errors(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="status"):
        write_report({**upset("en"), "status": "perhaps"}, tmp_path, "en")
    with pytest.raises(InputError, match="Mars/Olympus"):
        write_report({**upset("en"), "zone": "Mars/Olympus"}, tmp_path, "en")
    with pytest.raises(InputError, match="causes/0/probability"):
        write_report({**upset("en"), "causes": [{"id": "A", "probability": "much"}]}, tmp_path, "en")
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    with pytest.raises(TerminalError, match="cannot be written"):
        write_report(refused("en"), blocked, "en")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file"]


def test_numbers_as_people_read_them() -> None:
    assert [number(v) for v in (0.0, 2705.04, 0.00012345, 1e-7, 120.4, -3.0, 1234567.8, None, math.nan)] == [
        "0", "2705", "0.0001234", "1.000e-07", "120.4", "-3", "1234568", "–", "–"]  # fmt: skip
    assert [percent(v) for v in (0.0, 0.0001, 0.962, 0.99999, 1.0, None)] == [
        "0.0%", "<0.1%", "96.2%", ">99.9%", "100.0%", "–"]  # fmt: skip


def test_other_turns_of_a_result() -> None:
    def sections(**changes: Any) -> str:
        built = document({**upset("en"), **changes}, "en")
        return repr(built.sections)

    words = catalogue("investigate", "en")
    stretch = {"from": iso(START), "to": iso(ONSET)}
    given = {**screen(), "normal": {**stretch, "source": "given"}, "alarm": {"time": iso(ALARM), "source": "detector"}}
    assert "the given stretch, 2026-03-04 08:00+08:00" in sections(screen=given)
    assert "the detector's, at" in sections(screen=given)
    assert words["report_normal_twin"] in sections(screen={**given, "normal": {"source": "twin"}})
    assert words["report_no_onset"] in sections(onset=None)
    assert words["report_no_twin"] in sections(twin=None)
    assert words["report_measures_none"] in sections(measures=[])
    weak = {**upset("en")["twin"], "fit": {"means": 0.4, "spreads": 0.2, "ok": False}}
    assert words["report_fit_weak"] in sections(twin=weak)
    assert words["report_no_evidence"] in repr(document(refused("en"), "en").sections)
    measures = [{**upset("en")["measures"][0], "trips": 0.1, "trips_without": 0.8}]
    assert "trip in 80.0% → trip in 10.0%" in sections(measures=measures)
    cited = [{"text": "A sentence.", "evidence": ["ev_unheard"]}]
    assert "assay evidence replay ev_unheard" in sections(sentences=cited)


def test_every_text_is_used_and_exists() -> None:
    from importlib import resources

    folder = resources.files("assay.skills.investigate.report")
    sources = {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir() if file.name.endswith(".py")}
    code = "".join(sources.values())
    families = ("status_", "verdict_", "col_", "stage_", "kind_", "state_", "alarm_", "normal_")
    for key in (k.removeprefix("report_") for k in catalogue("investigate", "en") if k.startswith("report_")):
        assert f'"{key}"' in code or f"report_{key}" in code or key.startswith(families), key
    for key in re.findall(r'say\(\s*"(\w+)"', code):
        assert f"report_{key}" in catalogue("investigate", "zh"), key
