"""Which block a request is answered by when its sense is heard."""

from __future__ import annotations

import math

import pytest

from assay.skills.plc.blocks import choosing, meaning
from assay.skills.plc.blocks.block import blocks
from assay.skills.plc.blocks.choosing import choose, features, held_back, likely, trust, trust_of
from assay.skills.plc.blocks.finding import by_words, read

heard_here = pytest.mark.skipif(not meaning.installed(), reason="the embedder is not installed")


def test_the_data_speak_of_the_blocks_that_there_are() -> None:
    made = meaning.meaning()
    assert set(made.blocks) == {one.id for one in blocks()}
    assert made.weights.shape == (len(made.blocks), *made.mean.shape) and made.bias.shape == (len(made.blocks),)
    assert 0.0 < trust().ask < trust().agreed < trust().least < 1.0


def test_a_probability_is_the_sum_of_the_leaves() -> None:
    raw = {"base": 0.5, "trees": [[1, 2.0, -1.0, [0, 0.0, 0.25, 3.0]], 0.125], "least": 0.8, "agreed": 0.6, "ask": 0.4}
    made = trust_of(raw)
    for row, sum_ in (((9.0, 2.0), 0.5 - 1.0 + 0.125), ((0.0, 2.5), 0.5 + 0.25 + 0.125), ((1.0, 2.5), 3.625)):
        assert made.probability(row) == pytest.approx(1.0 / (1.0 + math.exp(-sum_)))


@heard_here
@pytest.mark.parametrize(
    ("request_", "block"),
    [
        (
            "The hall ventilator should keep turning for another ten minutes once the light switch has gone off",
            "run_on",
        ),
        ("关了灯以后排风扇还要再转十分钟才停", "run_on"),
        ("my contact chatters, I only want to see it after it has been steady for 50 ms", "debounce"),
        ("触点老是抖，稳定50毫秒以后再算数", "debounce"),
        ("bottles pile up before the eye, stop the belt when it has been covered for 4 s", "conveyor_jam"),
    ],
)
def test_what_people_say_in_their_own_words_finds_the_block(request_: str, block: str) -> None:
    shares = meaning.heard(request_)
    assert shares is not None and math.isclose(sum(shares.values()), 1.0, abs_tol=1e-6)
    asked = read(request_)
    one = likely(asked, shares)
    assert one.block.id == block and 0.0 < one.share <= 1.0
    chosen, near = choose(request_)
    assert (chosen is not None and chosen.id == block) or block in [each.block.id for each in near]


@heard_here
@pytest.mark.parametrize(
    "request_",
    [
        "sort the invoices of last month by customer and mail them to the accountant",
        "把上个月的发票按客户排序并发邮件给会计",
        "star delta start for the fan. And blink a lamp twice a second while the chiller is in night mode",
        "?!",
        "It shall be good.",
        "要好用。",
        "read 40 registers from an energy meter over Modbus TCP",
    ],
)
def test_what_no_block_does_is_not_chosen(request_: str) -> None:
    assert choose(request_)[0] is None


@heard_here
def test_a_block_that_is_not_sure_is_told_with_what_else_the_request_says() -> None:
    found = held_back("two speed star delta starter for the mill with an automatic speed change after midnight")
    assert found is not None and found[0].id == "star_delta" and {"two speed", "midnight"} <= set(found[1])
    assert held_back("sort the invoices of last month by customer and mail them to the accountant") is None


@heard_here
def test_amounts_that_nothing_takes_count_while_fitting_alone() -> None:
    asked = read("star delta starter with 6 s in star")
    shares = meaning.heard(asked.said)
    assert shares is not None
    one = likely(asked, shares)
    assert features(asked, one)[-2:] == (0.0, 0.0) and features(asked, one, amounts=(1.0, 0.0))[-2:] == (1.0, 0.0)


def test_without_the_embedder_words_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meaning, "installed", lambda: False)
    for request in ("Start and stop a pump with two push buttons, the stop button wins", "sort the invoices"):
        assert choose(request) == by_words(request)
    chosen, _ = choosing.choose("debounce a switch 30 ms")
    assert chosen is not None and chosen.id == "debounce"
