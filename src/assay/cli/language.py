"""Which language the command line speaks: ``--lang``, else ``ASSAY_LANG``, else the locale, else English."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

from assay.kernel.errors import InputError
from assay.kernel.texts import Lang

_LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def resolve_lang(value: str | None) -> Lang:
    """The language of a ``--lang`` option; None means what the environment says.

    Raises InputError for a language that is not spoken.
    """
    if value is None or not value.strip():
        return environment_lang(os.environ)
    lang = _spoken(value)
    if lang is None:
        raise InputError("cli.lang_unknown", value=value)
    return lang


def environment_lang(environment: Mapping[str, str]) -> Lang:
    """``ASSAY_LANG``, else the first locale variable that is set, else English. Never fails."""
    own = _spoken(environment.get("ASSAY_LANG", ""))
    if own is not None:
        return own
    for name in _LOCALE_VARIABLES:
        value = environment.get(name, "")
        if value:
            return _spoken(value) or "en"
    return "en"


def lang_of_arguments(arguments: Sequence[str]) -> Lang:
    """The language in which to speak before, or after, a command parsed its own options. Never fails."""
    for index, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument.startswith("--lang="):
            value = argument.partition("=")[2]
        elif argument == "--lang" and index + 1 < len(arguments):
            value = arguments[index + 1]
        else:
            continue
        lang = _spoken(value)
        if lang is not None:
            return lang
    return environment_lang(os.environ)


def help_lang() -> Lang:
    """The language for help texts that are built while a command's module loads."""
    return lang_of_arguments(sys.argv[1:])


def _spoken(value: str) -> Lang | None:
    """``zh_CN.UTF-8`` -> zh, ``en`` -> en, anything else -> None."""
    base = value.strip().lower().replace("-", "_").partition(".")[0].partition("_")[0]
    if base == "zh":
        return "zh"
    if base == "en":
        return "en"
    return None
