from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from assay.kernel.errors import InputError, Refused
from assay.kernel.policy import Caller, Policy, local_user

PLANT = """
users:
  wang: {roles: [operator]}
  li: [shift_lead]
  zhao: [engineer, shift_lead]
  guest: []
roles: [operator, shift_lead, engineer]
zones: [control, safety, office]
rules:
  - {role: operator, effect: read, tool: "investigate.*", zone: control}
  - {role: shift_lead, effect: [read, compute], zone: control}
  - {role: shift_lead, effect: [write], tool: action.propose, zone: control}
  - {role: engineer, effect: [read, compute], tool: "*"}
approvals:
  - {role: shift_lead, zone: control}
"""
ROLES = ("operator", "shift_lead", "engineer", "nobody")
EFFECTS = ("read", "compute", "write", "launch")
ZONES = ("control", "safety", "office", "", "*")
TOOLS = ("investigate.screen", "timeseries.mean", "action.propose")


def _allowed(role: str, effect: str, tool: str, zone: str) -> bool:
    """The same policy, written down a second time by hand."""
    if role == "operator":
        return effect == "read" and tool == "investigate.screen" and zone == "control"
    if role == "shift_lead":
        return zone == "control" and (effect in ("read", "compute") or (effect == "write" and tool == "action.propose"))
    return role == "engineer" and effect in ("read", "compute")


def test_every_cell_of_role_action_and_zone() -> None:
    policy = Policy.parse(PLANT)
    for role, effect, tool, zone in itertools.product(ROLES, EFFECTS, TOOLS, ZONES):
        assert policy.allows(Caller("x", (role,)), tool, effect, zone) is _allowed(role, effect, tool, zone), (
            role,
            effect,
            tool,
            zone,
        )
    for role, zone in itertools.product(ROLES, ZONES):
        assert policy.may_approve(role, zone) is ((role, zone) == ("shift_lead", "control"))


@pytest.mark.parametrize("policy", [Policy(), Policy.parse(""), Policy.parse("users: {li: []}")])
def test_nothing_is_allowed_without_rules(policy: Policy) -> None:
    for role, effect, tool, zone in itertools.product(ROLES, EFFECTS, TOOLS, ZONES):
        assert not policy.allows(Caller("li", (role,)), tool, effect, zone)
        assert not policy.may_approve(role, zone)


def test_the_local_policy_reads_and_computes_only() -> None:
    policy = Policy.load(None)
    caller = policy.caller()
    assert caller.user == local_user()
    for effect, tool, zone in itertools.product(EFFECTS, TOOLS, ZONES):
        assert policy.allows(caller, tool, effect, zone) is (effect in ("read", "compute"))
    assert not any(policy.may_approve(role, zone) for role in (*ROLES, "local") for zone in ZONES)
    with pytest.raises(Refused):
        policy.caller("somebody else")


def test_users_get_their_roles_and_refusals_say_what() -> None:
    policy = Policy.parse(PLANT)
    assert policy.caller("zhao") == Caller("zhao", ("engineer", "shift_lead"))
    with pytest.raises(Refused) as caught:
        policy.require(policy.caller("wang"), "timeseries.mean", "compute", "control")
    for lang in ("en", "zh"):
        sentence = caught.value.render(lang)  # type: ignore[arg-type]
        assert all(part in sentence for part in ("wang", "timeseries.mean", "compute", "control"))


@pytest.mark.parametrize(
    ("source", "where"),
    [
        ("rules: [{role: pilot, effect: read}]", "pilot"),
        ("roles: [a]\napprovals: [{role: a, zone: mars}]", "mars"),
        ("roles: [a]\nrules: [{role: a, effect: fly}]", "rules.0.effect"),
        ("roles: [a]\nrule: []", "rule"),
        ("roles: [a]\nroles: [b]", "line 2"),
        ("users:\n  li: [a\nroles: [a]", "line"),
        ("- 1", "-"),
        ("users: {li: 3}", "users.li"),
        ("\t\x00", "policy.yaml"),
    ],
)
def test_a_wrong_file_is_one_sentence(source: str, where: str) -> None:
    with pytest.raises(InputError) as caught:
        Policy.parse(source)
    assert where in caught.value.render("en") and "\n" not in caught.value.render("zh")


def test_a_named_file_that_is_absent_or_unreadable_never_falls_back(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        Policy.load(tmp_path / "policy.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"users: {\xe9: []}")
    with pytest.raises(InputError, match="cannot be read"):
        Policy.load(tmp_path / "latin.yaml")
    good = tmp_path / "good.yaml"
    good.write_text("\ufeff" + PLANT, encoding="utf-8")
    assert Policy.load(good) == Policy.parse(PLANT)
