"""The benchmark runs, its figures are exact, and advice with named upsets loses no first-out."""

from __future__ import annotations

import json
import sys

import pytest

pytest.importorskip("tep_studio", reason="needs the extra tep")


@pytest.mark.long
def test_the_benchmark(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmarks import alarm_kpis

    monkeypatch.setattr(sys, "argv", ["alarm_kpis", "--cases", "4", "--seed", "3", "--modes", "1,2", "--json"])
    assert alarm_kpis.main() == 0
    report = json.loads(capsys.readouterr().out)
    assert report["kpi"]["figures"] > 100 and report["kpi"]["differences"] == 0
    assert report["advice"]["named"]["removed_share"] > 0.4
    assert 4 >= report["root"]["of_the_failure"]["floods"] >= report["root"]["of_the_failure"]["named"] > 0
