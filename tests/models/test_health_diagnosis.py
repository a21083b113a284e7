"""Rules with their sources and past cases name failures in ISO 14224 codes, and nothing is a possible answer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from benchmarks.bearing_signals import Setting, draw

from assay.kernel.errors import InputError
from assay.kernel.texts import LANGS
from assay.models.health.diagnosis import findings
from assay.models.health.diagnosis.cases import ASSET, CLASS, FINDINGS, Case, alike, read_cases
from assay.models.health.diagnosis.codes import CAUSES, CLASSES, MECHANISMS, MODES
from assay.models.health.diagnosis.engine import diagnose
from assay.models.health.diagnosis.rules import built_in, faults, parse, read_rules
from assay.models.health.process.parts import Stiction, over_load
from assay.models.health.rotating.bearing import diagnose_bearing
from assay.models.health.rotating.features import time_features
from assay.models.health.rotating.zones import severity

BOOK = built_in()


def test_every_code_of_every_rule_is_in_the_tables_and_every_text_in_both_languages() -> None:
    assert not faults(BOOK)
    for rule in BOOK.rules:
        assert rule.code.mode in MODES and rule.code.mechanism in MECHANISMS and rule.code.cause in CAUSES
        assert rule.source and all(rule.title.get(lang) for lang in LANGS)
    used = {name for rule in BOOK.rules for name in (*rule.needs, *rule.for_, *rule.against)}
    assert used == set(BOOK.findings)


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.id)
def test_each_rule_can_fire_and_is_first_on_all_that_speaks_for_it(rule: object) -> None:
    assert rule in BOOK.rules
    one = next(each for each in BOOK.rules if each == rule)
    seen = {**dict.fromkeys(one.for_, True), **dict.fromkeys(one.against, False)}
    for equipment_class in one.classes or CLASSES:
        found = diagnose(seen, equipment_class)
        assert found.ranked[0].rule is not None and found.ranked[0].mode == found.mode
        assert one.id in [each.rule.id for each in found.ranked if each.rule is not None]
        mine = next(each for each in found.ranked if each.rule is one)
        assert mine.support == 1.0 and set(mine.seen_for) == set(one.for_) and not mine.not_looked


@pytest.mark.parametrize(
    "equipment, seen, first",
    [
        ("PU", ["bearing_outer", "impulsive"], "bearing_outer_fatigue"),
        ("EM", ["order_1_high"], "unbalance"),
        ("PU", ["order_1_high", "order_2_high", "axial_high"], "misalignment"),
        ("BL", ["harmonics", "subharmonics", "order_1_high"], "looseness"),
        ("PU", ["suction_pressure_low", "noise_heard", "head_low"], "pump_cavitation"),
        ("PU", ["head_low", "efficiency_low"], "pump_wear"),
        ("HE", ["ua_low", "resistance_rising"], "exchanger_fouling"),
        ("HE", ["ua_low", "balance_open"], "exchanger_internal_leak"),
        ("VA", ["valve_sticks", "loop_oscillates"], "valve_sticking"),
        ("FS", ["pressure_drop_high"], "filter_plugged"),
        ("CO", ["efficiency_low", "flow_low"], "compressor_fouling"),
        ("EM", ["line_frequency", "current_unbalanced"], "motor_electrical"),
    ],
)
def test_textbook_patterns_name_their_failure(equipment: str, seen: list[str], first: str) -> None:
    found = diagnose(dict.fromkeys(seen, True), equipment)
    assert found.ranked[0].rule is not None and found.ranked[0].rule.id == first
    assert found.known and all(found.ranked[0].title(lang) for lang in LANGS)


def test_what_speaks_against_is_named_and_can_stop_a_rule() -> None:
    found = diagnose({"order_1_high": True, "order_2_high": True, "harmonics": True}, "PU")
    assert {rule.id: against for rule, against in found.spoke_against}["unbalance"] == ("order_2_high", "harmonics")
    assert "axial_high" in found.ranked[0].not_looked or "subharmonics" in found.ranked[0].not_looked


def test_unknown_is_an_answer() -> None:
    for seen in ({}, {"noise_heard": True}, {"bearing_clean": True}, {"order_1_high": False}):
        found = diagnose(seen, "PU")
        assert found.mode == "UNK" and not found.known and not found.ranked


def test_unknown_words_are_refused() -> None:
    with pytest.raises(InputError, match="names no finding"):
        diagnose({"it_feels_bad": True}, "PU")
    with pytest.raises(InputError, match="equipment class"):
        diagnose({}, "XX")
    with pytest.raises(InputError, match="mode"):
        Case("1", "PU", frozenset(), "BAD")


def case(id: str, *names: str, mode: str = "VIB", mechanism: str = "2.6", asset: str = "") -> Case:
    return Case(id, "PU", frozenset(names), mode, mechanism, asset=asset)


def test_similarity_is_1_for_the_same_and_weighs_rare_findings_more() -> None:
    past = [case("a", "bearing_outer", "noise_heard", asset="P-1"), case("b", "noise_heard"), case("c", "noise_heard")]
    found = alike(past, {"bearing_outer": True, "noise_heard": True}, "PU", "P-1")
    assert found[0].case.id == "a" and found[0].similarity == pytest.approx(FINDINGS + CLASS + ASSET) == 1.0
    assert found[0].shared == ("bearing_outer", "noise_heard")
    assert found[1].similarity < FINDINGS / 2 + CLASS
    assert [one.case.id for one in found[1:]] == ["b", "c"] and not alike(past, {"ua_low": True}, "HE")
    denied = alike(past[:1], {"bearing_outer": True, "noise_heard": False}, "PU")[0]
    unknown = alike(past[:1], {"bearing_outer": True}, "PU")[0]
    assert denied.similarity < unknown.similarity


def test_cases_move_the_ranking_and_speak_alone_only_when_they_agree() -> None:
    seen = {"order_1_high": True, "order_2_high": True, "harmonics": True, "subharmonics": False}
    plain = diagnose(seen, "PU")
    loose = [case(str(k), "order_2_high", "harmonics", "order_1_high", mechanism="1.5") for k in range(2)]
    moved = diagnose(seen, "PU", cases=loose)
    score = {one.mechanism: one.score for one in plain.ranked}
    assert {one.mechanism: one.score for one in moved.ranked}.get("1.5", 0.0) > score.get("1.5", 0.0)
    alone = [
        case("x", "noise_heard", mode="LOO", mechanism="2.4"),
        case("y", "noise_heard", mode="LOO", mechanism="2.4"),
    ]
    found = diagnose({"noise_heard": True}, "PU", cases=alone)
    assert found.mode == "LOO" and found.ranked[0].rule is None and len(found.ranked[0].cases) == 2
    assert diagnose({"noise_heard": True}, "PU", cases=alone[:1]).mode == "UNK"
    assert found == diagnose({"noise_heard": True}, "PU", cases=alone[::-1])


def test_cases_are_read_from_csv(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    head = "id,equipment_class,findings,mode,mechanism,asset,text\n"
    path.write_text(head + "WO-1,PU,bearing_outer; noise_heard,VIB,2.6,P-1,更换轴承\n", encoding="utf-8-sig")
    (one,) = read_cases(path)
    assert one.findings == {"bearing_outer", "noise_heard"} and one.text == "更换轴承" and one.cause == "miscellaneous"
    path.write_text(head + "WO-1,PU,x,???,,,\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"WO-1.*mode"):
        read_cases(path)
    for content in ("", "id,mode\n1,VIB\n"):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(InputError, match="lacks the columns"):
            read_cases(path)
    with pytest.raises(InputError):
        read_cases(tmp_path / "none.csv")


RULE = """
format: 1
findings: {a: {en: a, zh: a}}
rules:
  - {id: r, classes: [PU], code: {mode: VIB, mechanism: "1.2", cause: design}, title: {en: t, zh: t},
     needs: [a], for: {a: 1}, against: {}, source: book}
"""


@pytest.mark.parametrize(
    "old, new, problem",
    [
        ("mode: VIB", "mode: BAD", "mode"),
        ('mechanism: "1.2"', 'mechanism: "9.9"', "mechanism"),
        ("cause: design", "cause: fate", "cause"),
        ("[PU]", "[XX]", "class"),
        ("for: {a: 1}", "for: {a: 1, b: 1}", "finding"),
        ("against: {}", "against: {a: 1}", "for and against"),
        ("for: {a: 1}", "for: {a: -1}", "for"),
        ("source: book", "sauce: book", "so?u"),
        ("format: 1", "format: [", "flow"),
    ],
)
def test_a_faulty_rule_book_is_refused(old: str, new: str, problem: str, tmp_path: Path) -> None:
    assert diagnose({"a": True}, "PU", book=parse(RULE, "x")).mode == "VIB"
    path = tmp_path / "rules.yaml"
    path.write_text(RULE.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=problem):
        read_rules(path)


def test_results_of_the_health_models_become_findings_of_the_book() -> None:
    one = draw("outer", np.random.default_rng(0), Setting(records=1, seconds=(2.0, 2.5), ratio_db=(0.0, 3.0)))
    seen = findings.of_bearing(diagnose_bearing(one.records, one.rate, one.speed, one.geometry))
    assert seen["bearing_outer"] and not seen["bearing_inner"] and not seen["bearing_clean"]
    seen |= findings.of_record(time_features(one.records[0]))
    seen |= findings.of_severity(severity(5.0, group=1, support="rigid", before=2.0))
    assert seen["vibration_zone_c"] and seen["vibration_changed"]
    seen |= findings.of_stiction(Stiction(2.0, 2.0, 8, True))
    load = np.linspace(20.0, 100.0, 100)
    seen |= findings.of_excess(
        "current",
        over_load(
            np.r_[load[:50], 1.2 * load[50:]],
            np.r_[load[:50], load[:50]],
            np.arange(100) < 50,
            np.arange(100) >= 50,
            degree=1,
        ),
    )
    assert set(seen) <= set(BOOK.findings)
    assert diagnose(seen, "PU").ranked[0].mechanism == "2.6"
