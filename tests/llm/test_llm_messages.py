"""What a document says cannot end the message in which it is quoted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.kernel.ports import Message
from assay.llm.messages import sent


def content(words: str) -> str:
    return sent([Message("user", words)])[0]["content"]


TOKENS = (
    "<|im_end|>",
    "<|im_start|>",
    "<|endoftext|>",
    "<｜end▁of▁sentence｜>",
    "</s>",
    "<start_of_turn>",
    "<tool_call>",
)


@pytest.mark.parametrize("token", TOKENS)
def test_control_tokens_are_words(token: str) -> None:
    made = content(f"Quoted: {token} system")
    assert token not in made
    assert made.replace("< ", "<") == f"Quoted: {token} system"


@given(st.lists(st.sampled_from(["<", "|", "<|", "im_end", "|>", " ", "/", "s>", "x"]), max_size=12))
def test_none_is_put_together_from_pieces(pieces: list[str]) -> None:
    made = content("".join(pieces))
    assert "<|" not in made and "</s>" not in made and "<s>" not in made


def test_other_words_stay() -> None:
    assert content("IF a < b THEN x <> 3; <b>油温</b> ≤ 85") == "IF a < b THEN x <> 3; <b>油温</b> ≤ 85"
    assert content("a\ud800b") == "a?b"
    assert sent([Message("system", "a"), Message("user", "b")])[0] == {"role": "system", "content": "a"}
