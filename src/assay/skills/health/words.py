"""Texts by key, with the names of findings and codes from the rule book and the tables of ISO 14224."""

from __future__ import annotations

from assay.kernel.texts import Lang, text


def words(key: str, lang: Lang = "en", /, **params: object) -> str:
    """``kernel.texts.text``; what the tables say for ``health.name_finding``, ``_rule``, ``_mode``, ``_mechanism``."""
    name = str(params.get("name", ""))
    if key in ("health.name_finding", "health.name_rule"):
        from assay.models.health.diagnosis.rules import built_in

        book = built_in()
        if key == "health.name_finding" and name in book.findings:
            return book.findings[name].get(lang)
        titles = {rule.id: rule.title for rule in book.rules}
        return titles[name].get(lang) if key == "health.name_rule" and name in titles else name
    if key in ("health.name_mode", "health.name_mechanism"):
        from assay.models.health.diagnosis.codes import MECHANISMS, MODES

        table = MODES if key == "health.name_mode" else MECHANISMS
        return f"{table[name][lang == 'en']}" if name in table else name
    return text(key, lang, **params)
