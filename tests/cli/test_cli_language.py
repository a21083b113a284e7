from __future__ import annotations

import pytest

from assay.cli.language import environment_lang, lang_of_arguments, resolve_lang
from assay.kernel.errors import InputError


@pytest.mark.parametrize(
    "environment, lang",
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "ASSAY_LANG": "zh"}, "zh"),
        ({"LANG": "zh_TW", "ASSAY_LANG": "klingon"}, "zh"),
    ],
)
def test_the_environment_decides(environment: dict[str, str], lang: str) -> None:
    assert environment_lang(environment) == lang


@pytest.mark.parametrize(
    "arguments, lang",
    [
        (["demo", "--lang", "zh"], "zh"),
        (["demo", "--lang=zh-CN"], "zh"),
        (["demo", "--lang"], "en"),
        (["demo", "--lang", "fr"], "en"),
        (["demo", "--", "--lang", "zh"], "en"),
    ],
)
def test_arguments_come_before_the_environment(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], lang: str
) -> None:
    monkeypatch.setenv("ASSAY_LANG", "en")
    assert lang_of_arguments(arguments) == lang


def test_an_option_wins_and_an_unknown_language_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_LANG", "zh")
    assert resolve_lang("EN") == "en"
    assert resolve_lang(None) == "zh"
    with pytest.raises(InputError, match="'fr'"):
        resolve_lang("fr")
