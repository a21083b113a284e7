"""Stems of English words, and the words that say nothing of what a program does."""

from __future__ import annotations

STOP = frozenset(
    "a an the of for to and or in on at with by from is are be it its that this which when if after before as i we you "
    "please need want give make write create program function block plc code st structured text using use should "
    "must can have has there one my our me then not no only each every so into up down out off all any while until "
    "logic control system project simple new standard industrial machine device signal input output order first "
    "second last time value real number".split()
)
STOP_ZH = frozenset("请给我写做个需程序能块编的了和与或有是要把将")


def stem(word: str) -> str:
    """A word without its ending; short ones as they are."""
    if len(word) <= 3:
        return word
    for end in ("ing", "ed", "es", "s"):
        if word.endswith(end) and len(word) - len(end) >= 3:
            word = word[: -len(end)]
            break
    return word[:-1] if len(word) > 4 and word[-1] == word[-2] else word.rstrip("e")
