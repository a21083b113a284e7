"""Bad actors by kind, and floods: first-out, root, order, likeness, what operators did."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from assay.kernel.evidence import Evidence, EvidenceKind
from assay.plant.failures import load_failures
from assay.plant.model import load_plant
from assay.skills.alarms.actors import bad_actors
from assay.skills.alarms.causal import distances, sign_of
from assay.skills.alarms.checks import best_root, own_count, shares
from assay.skills.alarms.claims import actor_claims, flood_claims, kpi_claims
from assay.skills.alarms.flooding import flood_report
from assay.skills.alarms.kpi import figures
from assay.skills.alarms.log import NANO, OPERATOR, RAISED, RETURNED, AlarmLog, make_log

HOUR = 3600
Row = tuple[float, str, str, int, str]


def log_of(rows: list[Row]) -> AlarmLog:
    rows = sorted(rows, key=lambda row: row[0])
    columns = list(zip(*rows, strict=True))
    times = np.array([round(second * NANO) for second in columns[0]], np.int64)
    return make_log(times, columns[1], columns[2], np.array(columns[3], np.int8), ["low"] * len(rows), columns[4])


def stood(tag: str, kind: str, since: float, seconds: float) -> list[Row]:
    return [(since, tag, kind, RAISED, ""), (since + seconds, tag, kind, RETURNED, "")]


def flood(at: float, tags: list[tuple[str, str]], seconds: float = 1200.0) -> list[Row]:
    return [row for k, (tag, kind) in enumerate(tags) for row in stood(tag, kind, at + 10.0 * k, seconds)]


# The D feed falls while its valve opens; the rest follows downstream.
STUCK = [("XMEAS_2", "L"), ("XMV_1", "H"), ("XMEAS_9", "L"), ("XMV_10", "L"), ("XMEAS_7", "H"), ("XMEAS_13", "H")]
MORE = [("XMEAS_16", "H"), ("XMEAS_20", "H"), ("XMEAS_21", "H"), ("XMEAS_11", "H"), ("XMEAS_10", "H"), ("XMV_6", "H")]
NOISE = [row for k in range(60) for row in stood("XMEAS_38", "H", 200.0 + 400.0 * k, 30.0)]


def report(rows: list[Row], plant: str | None = "tennessee_eastman") -> dict[str, Any]:
    log = log_of(rows)
    model = None if plant is None else load_plant(plant)
    library = None if model is None else load_failures(model)
    return flood_report(log, int(log.times[0]), int(log.times[-1]), 10, model, library)


def evidence(producer: str, value: Any) -> Evidence:
    made = {"kind": EvidenceKind.COMPUTATION, "producer": producer, "version": "1", "inputs": {}, "run": "r"}
    return Evidence.make(**made, value=value)


def test_the_root_is_where_a_valve_fights_its_own_flow() -> None:
    nuisance = [(8 * HOUR - 5.0, "XMEAS_38", "H", RAISED, "")]
    (one,) = report([*NOISE, *nuisance, *flood(8 * HOUR, [*STUCK, *MORE])])["list"]
    assert one["origin"]["equipment"] == "feed_d" and one["origin"]["tag"] in ("XMEAS_2", "XMV_1")
    assert one["first_out"]["tag"] == "XMEAS_38"  # first by the clock alone
    assert one["annunciations"] == 13 and not one["origin"]["standing"]
    leads = [entry["lead_minutes"] for entry in one["following"] if entry["tag"] != "XMEAS_38"]
    assert leads == sorted(leads) and leads[0] > 0
    near = {entry["tag"]: entry["connections_from_root"] for entry in one["following"]}
    assert near["XMV_1"] == 0 and near["XMEAS_9"] == 2


def test_a_root_that_stood_before_the_flood_is_found() -> None:
    early = [*stood("XMEAS_2", "L", 8 * HOUR - 900.0, 3000.0), *stood("XMV_1", "H", 8 * HOUR - 800.0, 3000.0)]
    (one,) = report([*NOISE, *early, *flood(8 * HOUR, [*STUCK[2:], *MORE, ("XMEAS_18", "H")])])["list"]
    assert one["origin"]["tag"] == "XMEAS_2" and one["origin"]["standing"]


def test_without_a_plant_only_the_order_of_time_is_known() -> None:
    found = report(flood(0.0, [*STUCK, *MORE]), None)
    assert found["cannot"] == ["causal"] and found["by"] == [] and found["list"][0]["origin"]["tag"] == "XMEAS_2"
    claims = flood_claims(evidence("alarms.floods", found))
    assert not [claim for claim in claims if claim.topic == "root"]


def test_floods_alike_come_with_what_operators_did_then() -> None:
    other = [(f"T{k}", "H") for k in range(12)]
    rows = [*flood(0.0, [*STUCK, *MORE]), *flood(4 * HOUR, other), *flood(8 * HOUR, [*STUCK, *MORE[:-1]])]
    rows += [(300.0, "XMV_1", "", OPERATOR, "bypass opened"), (5 * HOUR, "XMV_1", "", OPERATOR, "later")]
    found = report(rows)
    assert found["count"] == 3
    last = found["list"][2]
    assert last["alike"][0]["index"] == 0 and last["alike"][0]["likeness"] > 0.8 and len(last["alike"]) == 1
    assert [one["message"] for one in last["alike"][0]["actions"]] == ["bypass opened"]
    assert found["list"][0]["actions"][0]["tag"] == "XMV_1" and last["actions"] == []
    second = next(one for one in last["following"] if one["tag"] == "XMEAS_7")
    assert second["usual_lead_minutes"] == pytest.approx(second["lead_minutes"])


def test_no_flood() -> None:
    found = report(NOISE)
    assert found["count"] == 0 and found["list"] == []
    assert [claim.id for claim in flood_claims(evidence("alarms.floods", found))] == ["claim_no_flood"]


def test_bad_actors_by_kind() -> None:
    rows = [row for k in range(40) for row in stood("CHAT", "H", 20.0 * k, 5.0)]
    rows += [row for k in range(30) for row in stood("FLEET", "L", 5 * HOUR + 600.0 * k, 20.0)]
    rows += stood("STALE", "H", HOUR, 30 * HOUR)
    rows += [row for k in range(20) for row in stood("FIRST", "H", 40 * HOUR + 7000.0 * k, 900.0)]
    rows += [row for k in range(20) for row in stood("TWIN", "H", 40 * HOUR + 7000.0 * k + 0.5, 900.0)]
    log = log_of(rows)
    found = bad_actors(log, int(log.times[0]), int(log.times[-1]), 4)
    kinds = {one["tag"]: one["reasons"] for one in found["list"]}
    assert kinds["CHAT"][0] == "chattering" and kinds["FLEET"] == ["fleeting"] and kinds["STALE"] == ["stale"]
    assert kinds["TWIN"] == ["duplicate"] or kinds["FIRST"] == ["duplicate"]
    assert found["share"] == 1.0 and found["list"][0]["chattering"] == 40
    alone = bad_actors(log.raised(), int(log.times[0]), int(log.times[-1]), 4)
    assert alone["cannot"] == ["stale", "durations"] and alone["list"][0]["median_seconds"] is None


def test_the_checks_refuse_what_does_not_agree() -> None:
    log = log_of([*NOISE, *flood(8 * HOUR, [*STUCK, *MORE])])
    start, end = int(log.times[0]), int(log.times[-1])
    kpi = figures(log, start, end)
    good, bad = evidence("alarms.kpi", kpi), evidence("alarms.kpi", {**kpi, "annunciations": 1})
    assert shares(kpi_claims(good)[0], {good.id: good}) == []
    assert shares(kpi_claims(bad)[0], {bad.id: bad})
    floods = report([*NOISE, *flood(8 * HOUR, [*STUCK, *MORE])])
    for score, wrong in ((99.0, False), (-99.0, True)):
        floods["list"][0]["origin"]["score"] = score
        found = evidence("alarms.floods", floods)
        (root,) = [claim for claim in flood_claims(found) if claim.topic == "root"]
        assert bool(best_root(root, {found.id: found})) is wrong
    assert best_root(root.model_copy(update={"hedge": None}), {found.id: found})
    actors = evidence("alarms.bad_actors", bad_actors(log, start, end, 5))
    first, second = [claim for claim in actor_claims(actors) if claim.topic == "actor"][:2]
    mixed = first.model_copy(update={"slots": {**first.slots, "count": second.slots["count"]}})
    assert own_count(first, {actors.id: actors}) == [] and own_count(mixed, {actors.id: actors})


def test_signs_and_distances() -> None:
    assert [sign_of(kind) for kind in ("HH", "lo", "高报", "低低报", "Hi-Hi", "DEV")] == [1, -1, 1, -1, 1, 0]
    steps = distances(load_plant("tennessee_eastman"), "feed_d")
    assert steps["feed_d"] == 0 and steps["reactor_feed"] == 1 and steps["reactor"] == 2 and "agitator" not in steps
