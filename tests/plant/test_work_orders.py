"""Work orders as maintenance systems export them: columns in two languages, dates, other rows in one table."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay.kernel.errors import InputError
from assay.plant.work_orders import read_work_orders


def written(folder: Path, content: str) -> Path:
    path = folder / "orders.csv"
    path.write_text(content, encoding="utf-8")
    return path


def test_columns_of_a_maintenance_system(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "wo_id,wo_description,primary_code,primary_code_description,equipment_id,equipment_name,actual_finish\n"
        "W1,Seal replaced,M1,Leak,P-101,Pump 1,4/6/16 14:00\nW2,,M2,Wear,P-102,Pump 2,4/16/16 9:30\n",
    )
    found = read_work_orders(path, zone="Asia/Shanghai")
    one, two = found.orders
    assert (one.id, one.equipment, one.name, one.code, one.meaning) == ("W1", "P-101", "Pump 1", "M1", "Leak")
    assert one.time == "2016-04-06T06:00:00Z" and two.time == "2016-04-16T01:30:00Z" and two.line == 3
    assert found.notes == []


def test_day_before_month_and_what_no_row_tells(tmp_path: Path) -> None:
    head = "id,description,equipment,date\n"
    (one,) = read_work_orders(written(tmp_path, head + "1,x,P,16/4/2016")).orders
    assert one.time.startswith("2016-04-16")
    found = read_work_orders(written(tmp_path, head + "1,x,P,5/4/2016"))
    assert found.orders[0].time.startswith("2016-05-04") and [note.key for note in found.notes] == [
        "plant.orders_month_first"
    ]


def test_chinese_headers_bad_times_and_events_of_another_kind(tmp_path: Path) -> None:
    (one, two) = read_work_orders(
        written(tmp_path, "工单号,设备,描述,完成时间\n1,泵,换密封,2026年1月2日 8:00\n2,泵,x,昨天\n")
    ).orders
    assert one.time == "2026-01-02T08:00:00Z" and two.time == "" and two.description == "x"
    mixed = "event_id,event_group,description,equipment_id,event_time\n"
    mixed += "W1,WORK_ORDER,a,P,2026-01-01\nA1,ALERT,b,P,2026-01-01\n"
    assert [one.id for one in read_work_orders(written(tmp_path, mixed)).orders] == ["W1"]


def test_named_columns_win_and_what_is_no_list_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "asset,nr,done,what\nP,7,2026-01-01,seal\n")
    (one,) = read_work_orders(path, columns={"id": "nr", "description": "what", "time": "done"}).orders
    assert (one.id, one.description, one.time[:10]) == ("7", "seal", "2026-01-01")
    for columns in ({"id": "absent"}, {"colour": "nr"}):
        with pytest.raises(InputError):
            read_work_orders(path, columns=columns)
    for content in ("asset,nr\nP,1\n", "one,two\n1,2\n", "a,b\n1,2\n", "equipment,description\n,x\n"):
        with pytest.raises(InputError):
            read_work_orders(written(tmp_path, content))
