"""``assay cases dialogue``: asks what splits the remaining causes best, then hands a proposed plan to a person."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assay.cli.cases_parts import (
    AccessOption,
    AsOption,
    JsonOption,
    LangOption,
    StoreOption,
    about,
    ask_cases,
    asker_of,
    show,
)
from assay.cli.language import resolve_lang
from assay.cli.output import print_json, say, warn
from assay.kernel.errors import InputError
from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from assay.kernel.action import Action
    from assay.skills.cases.runner import Outcome

_YES = frozenset({"y", "yes", "是", "有", "1", "true"})
_NO = frozenset({"n", "no", "否", "无", "没有", "0", "false"})
_UNKNOWN = frozenset({"", "?", "unknown", "不知道", "不清楚"})


def register(app: typer.Typer) -> None:
    """Put the command into the group."""
    app.command("dialogue", help=about("dialogue"))(dialogue)


def dialogue(
    symptom: Annotated[str, typer.Argument(metavar="TEXT", help=about("symptom"))],
    asset: Annotated[str, typer.Option("--asset", metavar="NAME", help=about("asset"))],
    answer: Annotated[list[str] | None, typer.Option("--answer", metavar="KEY=yes|no|?", help=about("answer"))] = None,
    most: Annotated[int, typer.Option("--most", min=0, max=20, help=about("most"))] = 5,
    hand_to: Annotated[str | None, typer.Option("--hand-to", metavar="PERSON", help=about("hand_to"))] = None,
    plant: Annotated[str | None, typer.Option("--plant", metavar="PLANT", help=about("plant"))] = None,
    valid: Annotated[str, typer.Option("--valid", metavar="TIME", help=about("valid"))] = "8h",
    user: AsOption = None,
    access: AccessOption = None,
    store: StoreOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find the cause by questions."""
    spoken, asker = resolve_lang(lang), asker_of(user, access)
    keys, asked = _given(answer or [])
    if hand_to is not None:
        _may_be_handed(asset, plant)
    while True:
        arguments = {
            "equipment": asset,
            "description": symptom,
            "keys": keys,
            "asked": tuple(asked),
            "most": most,
        }
        outcome = ask_cases("diagnose", arguments, asker, store, spoken)
        question = None if outcome.value is None else outcome.value["question"]
        if question is None or as_json or not sys.stdin.isatty():
            break
        _answered(question, keys, asked, spoken)
    if not as_json:  # before anything is proposed: what was found stays on the screen also where nobody may be sent
        show(outcome, spoken)
        if question is not None:
            say(text("cli.cases_next", spoken, name=question["name"][spoken], key=question["key"]))
    made = None
    if hand_to is not None and plant is not None and outcome.answer.status.value != "refused":
        made = _hand(outcome, plant, hand_to, valid)
    if as_json:
        print_json({**outcome.document(), "action": None if made is None else made.model_dump(mode="json")})
    elif made is not None:
        say(text("cli.alarms_proposed", spoken, id=made.id))
    raise typer.Exit(3 if outcome.answer.status.value == "refused" else 0)


def _may_be_handed(asset: str, plant: str | None) -> None:
    """Nobody answers questions for a plan that could not be handed to anybody: InputError without the plant, or for an
    equipment that it does not have."""
    from assay.plant.model import load_plant

    if plant is None:
        raise InputError("cli.cases_hand_plant")
    load_plant(plant).equipment_item(asset)


def _given(answers: list[str]) -> tuple[dict[str, bool], list[str]]:
    """Answers as options: findings by key, and the questions nobody can answer."""
    keys: dict[str, bool] = {}
    asked: list[str] = []
    for one in answers:
        key, _, word = one.rpartition("=")
        told = word.strip().lower()
        if not key or told not in _YES | _NO | _UNKNOWN:
            raise InputError("cli.cases_answer_wrong", value=one)
        if told in _UNKNOWN:
            asked.append(key.strip())
        else:
            keys[key.strip()] = told in _YES
    return keys, asked


def _answered(question: dict[str, Any], keys: dict[str, bool], asked: list[str], lang: Lang) -> None:
    """Put one question to the person at the terminal until it is answered."""
    which = "check" if question["check"] else "look"
    while True:
        say(text(f"cli.cases_ask_{which}", lang, name=question["name"][lang]))
        told = sys.stdin.readline()
        word = told.strip().lower()
        if not told or word in _UNKNOWN:
            asked.append(question["key"])
            return
        if word in _YES | _NO:
            keys[question["key"]] = word in _YES
            return
        warn(text("cli.cases_ask_again", lang))


def _hand(outcome: Outcome, plant: str, person: str, valid: str) -> Action:
    """Propose to send a person with the plan; nobody goes before it is approved."""
    from assay.cli.actions_parts import action_service, load_policy, open_records_here
    from assay.cli.actions_propose import life_of
    from assay.kernel.action import Order, Proposal
    from assay.plant.model import load_plant

    loaded, policy = load_plant(plant), load_policy()
    until = datetime.now(UTC) + life_of(valid)
    equipment = outcome.value["equipment"]
    order = Order(job=outcome.answer.run, equipment=equipment, person=person, until=until)
    proposal = Proposal(
        plant=loaded.id,
        zone=loaded.zone_at(equipment),
        orders=(order,),
        reason=" ".join(sentence.text for sentence in outcome.answer.sentences),
        predicted={"plan": [one["measure"] for one in outcome.value["plan"]]},
        evidence=() if outcome.evidence is None else (outcome.evidence.id,),
        expires=until,
    )
    with open_records_here() as records:
        return action_service(records, policy, loaded).propose(proposal, run=outcome.answer.run, caller=policy.caller())
