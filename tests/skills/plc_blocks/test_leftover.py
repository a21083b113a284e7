"""What a request says that a block does not answer."""

from __future__ import annotations

import pytest

from assay.skills.plc.blocks.block import blocks
from assay.skills.plc.blocks.choosing import choose, held_back
from assay.skills.plc.blocks.leftover import Served, features, left_over, little, served, terms


def test_the_words_of_served_requests_are_those_of_blocks_that_there_are() -> None:
    made = served()
    assert made.words.keys() <= {one.id for one in blocks()}
    assert len(made.weights) == len(features("start and stop a pump", "start_stop", made))
    assert 0.5 < made.least < 1.0


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_a_block_says_of_itself_leaves_nothing(lang: str) -> None:
    for block in blocks():
        assert left_over(f"{block.title[lang]}. {block.about[lang]}", block.id, served()) == []


@pytest.mark.parametrize(
    ("plain", "more"),
    [
        (
            "Start and stop a pump with two push buttons, the stop button wins",
            "Start and stop a pump with two push buttons, the stop button wins, and send the vibration spectrum of its"
            " bearings to the laboratory whenever a lorry with molasses leaves the weighbridge",
        ),
        (
            "两个按钮控制水泵的启动和停止，停止优先",
            "两个按钮控制水泵的启动和停止，停止优先，并且在糖蜜罐车离开地磅的时候把轴承的振动频谱发往化验室存档",
        ),
    ],
)
def test_a_request_for_more_is_held_back(plain: str, more: str) -> None:
    block, _ = choose(plain)
    assert block is not None and block.id == "start_stop"
    assert little(plain, block.id, served()) and not little(more, block.id, served())
    assert choose(more)[0] is None


def test_one_odd_word_holds_nothing_back_and_numbers_are_none() -> None:
    strict = Served({}, served().weights, -100.0, 0.99)
    own = next(one for one in blocks() if one.id == "debounce")
    assert little(f"{own.title['en']} for the turnstile", "debounce", strict)
    assert not little(f"{own.title['en']} for the turnstile and the aquarium", "debounce", strict)
    assert terms("T#5s 17 3.5 kW 低于2米 for 5 minutes") == ("低于",)


def test_while_fitting_a_request_does_not_speak_for_itself() -> None:
    request = "turnstile aquarium"
    made = Served({"debounce": {"turnstil": 1, "aquarium": 2}})
    assert left_over(request, "debounce", made) == []
    assert left_over(request, "debounce", made, known=1) == ["turnstil"]


def test_a_block_that_was_held_back_is_told_with_the_words_that_held_it() -> None:
    more = (
        "Start and stop a pump with two push buttons, the stop button wins, and tell the laboratory the spectrum of its"
        " bearings whenever a lorry brings molasses from the sugar mill"
    )
    found = held_back(more)
    assert found is not None and found[0].id == "start_stop"
    assert {"laboratory", "spectrum", "molasses", "lorry"} <= set(found[1])
    assert held_back("Start and stop a pump with two push buttons, the stop button wins") is None
    chinese = held_back(
        "两个按钮控制水泵的启动和停止，停止优先，并且在糖蜜罐车离开地磅的时候把轴承的振动频谱发往化验室存档"
    )
    assert chinese is not None and chinese[0].id == "start_stop"
    assert any("振动频谱" in one for one in chinese[1]) and not any("按钮" in one for one in chinese[1])
