"""The dictionary: what people say finds what documents write; files that are wrong are refused in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.kernel.errors import InputError
from assay.knowledge.search.dense import asked
from assay.knowledge.search.dictionary import Dictionary, Group
from assay.knowledge.search.dictionary_files import configured, load, of_plant, parsed, shipped
from assay.plant.model import load_plant


def brought(query: str, dictionary: Dictionary | None = None) -> dict[str, tuple[str, ...]]:
    return {each.said: each.forms for each in (dictionary or shipped()).expand(query)}


def test_the_shipped_dictionary_is_large_and_each_group_says_something() -> None:
    groups = shipped().groups
    assert len(groups) >= 2500
    assert all(group.formal and len(group.formal) + len(group.spoken) > 1 for group in groups)


@pytest.mark.parametrize(
    ("query", "said", "form"),
    [
        ("泵一直抖", "抖", "振动"),
        ("泵抖得厉害", "抖得厉害", "振动大"),
        ("空压机老是跳掉", "跳掉", "跳车"),
        ("mechanical seal is dripping", "mechanical seal", "机械密封"),
        ("new bearings", "bearings", "轴承"),
        ("the bearing runs hot", "bearing runs hot", "轴承过热"),
        ("zhoucheng 温度", "zhoucheng", "轴承"),
        ("ji xie mi feng", "ji xie mi feng", "机械密封"),
        ("DCS 报警", "dcs", "分散控制系统"),
    ],
)
def test_what_is_said_brings_what_is_written(query: str, said: str, form: str) -> None:
    assert form in brought(query)[said]


def test_the_longest_word_wins_and_a_single_character_must_be_a_word() -> None:
    assert set(brought("机械密封")) == {"机械密封"}
    assert "响" not in brought("响应时间")


def test_no_word_names_opposites() -> None:
    """A group is one thing: what is high is not low, what stops does not start, what may be done is not forbidden."""
    opposites = [
        ("高报警", "低报警"), ("温度高", "温度低"), ("压力升高", "压力突降"), ("加载", "卸载"), ("启动", "停机"),
        ("打开", "关闭"), ("常开", "常闭"), ("允许", "禁止"), ("进口", "出口"), ("过压", "欠压"), ("缺油", "加油过多"),
        ("at least", "at most"), ("drive end", "non-drive end"), ("fail open", "fail closed"), ("first", "last"),
        ("hot start", "cold start"), ("day shift", "night shift"), ("overvoltage", "undervoltage"),
    ]  # fmt: skip
    for group in shipped().groups:
        words = {*group.formal, *group.spoken} - {"fail position"}
        if "故障位置" not in words:
            assert not [pair for pair in opposites if set(pair) <= words], group


def test_a_question_without_known_words_brings_nothing() -> None:
    for query in ("", "？！", "天气真好", "\ud800", "lorem ipsum"):
        assert brought(query) == {}


@given(st.text(max_size=100))
def test_any_question_is_taken(query: str) -> None:
    shipped().expand(query)


def test_the_other_language_is_embedded_with_the_codes() -> None:
    question = asked("P-201A 的轴承温度", shipped().expand("P-201A 的轴承温度"))
    assert question.lang == "zh" and question.plain == "P-201A 的轴承温度"
    assert question.full.startswith("P-201A 的轴承温度 (")
    assert question.other.startswith("p-201a") and "bearing temperature" in question.other
    assert asked("天气", []).texts == ["天气"]
    assert asked("P-201A 的轴承温度", shipped().expand("轴承温度"), ["zh"]).other == ""


def test_own_words_from_yaml_csv_and_settings(tmp_path: Path) -> None:
    made = tmp_path / "words.yaml"
    made.write_text("- [排空阀, vent valve, ~老三]\n- [1, 2]\n", encoding="utf-8")
    assert load(made) == [Group(("排空阀", "vent valve"), ("老三",)), Group(("1", "2"))]
    assert parsed("P-201A: [一号泵, ~东头那台]\nK-1: 鼓风机", "x.yml")[0] == Group(("P-201A", "一号泵"), ("东头那台",))
    assert parsed("排空阀,vent valve,~老三\n\n单独\n", "x.csv") == [Group(("排空阀", "vent valve"), ("老三",))]
    assert "排空阀" in brought("老三", configured({"ASSAY_DICTIONARY": str(made)}))["老三"]
    with pytest.raises(InputError):
        configured({"ASSAY_DICTIONARY": str(tmp_path / "none.yaml")})


@pytest.mark.parametrize(
    "text", ["just text", "- word", "- [a, [b]]", "- [a, {b: c}]", "a: [", "- [" + "x" * 100 + ", y]"]
)
def test_a_file_that_is_no_dictionary_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        load(path)
    assert str(path) in refused.value.render("en") and str(path) in refused.value.render("zh")


def test_an_empty_or_binary_file(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_bytes(b"")
    assert load(path) == []
    path.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(InputError):
        load(path)


def test_names_of_a_plants_equipment_are_words() -> None:
    plant = load_plant("tennessee_eastman")
    part = next(one for one in plant.spec.equipment if one.name.zh != one.id)
    dictionary = Dictionary(of_plant(plant))
    assert part.name.zh in brought(part.name.en, dictionary)[part.name.en.lower()]
