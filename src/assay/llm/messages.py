"""Messages as they are sent: text from outside cannot end a message or begin another.

Servers put a conversation into one text with control tokens ("<|im_end|>") and then read such tokens wherever they
stand, in what a document says as well (llama.cpp tokenises the filled chat template with its special tokens).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assay.kernel.ports import Message

_CONTROL = re.compile(
    r"<(?=[|｜]|/?(?:s|bos|eos|pad|unk|start_of_turn|end_of_turn|tool_call|tool_response|think)>)", re.IGNORECASE
)


def sent(messages: Sequence[Message]) -> list[dict[str, str]]:
    """Roles and contents as JSON data; control tokens are parted by a blank, half characters become marks."""
    # A lone surrogate (from a badly decoded file) has no UTF-8 and would end the exchange.
    return [
        {"role": one.role, "content": _CONTROL.sub("< ", one.content).encode("utf-8", "replace").decode("utf-8")}
        for one in messages
    ]
