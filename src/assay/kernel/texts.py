"""Bilingual texts by key.

A key is ``room.name``; the room's folder holds ``texts/en.json`` and ``texts/zh.json`` with the same keys.
Built-in rooms are found by their name; a skill (ours or a stranger's) registers its own package.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Literal

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")

_packages: dict[str, str] = {}


def register_texts(room: str, package: str) -> None:
    """Let keys that begin with ``room.`` be read from ``package``'s folder ``texts``."""
    _packages[room] = package


@cache
def _load(package: str, lang: Lang) -> dict[str, str]:
    source = resources.files(package).joinpath("texts", f"{lang}.json")
    loaded: dict[str, str] = json.loads(source.read_text(encoding="utf-8"))
    return loaded


def catalogue(room: str, lang: Lang) -> dict[str, str]:
    """All texts of a room; keys without the room's prefix."""
    return _load(_packages.get(room, f"assay.{room}"), lang)


def text(key: str, lang: Lang = "en", /, **params: object) -> str:
    """The text of ``key`` with its placeholders filled.

    Parameters are inserted as they are and are never themselves read as a template.
    Raises KeyError when the key does not exist: a missing text is a programming error.
    """
    room, _, name = key.partition(".")
    return catalogue(room, lang)[name].format(**params)
