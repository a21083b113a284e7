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
from assay.skills.investigate.report.document import Figure, Refs, Share, Table
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
