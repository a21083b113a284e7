"""A plant's own roles become a policy that gives no more than they say."""

from __future__ import annotations

import pytest

from assay.kernel.actions import PROPOSE
from assay.kernel.errors import Refused
from assay.kernel.policy import Policy
from assay.plant.model import load_plant
from assay.plant.rights import policy_of

PLANT = load_plant("tennessee_eastman")
ROLES = {role.id: role for role in PLANT.spec.roles}
ZONES = [zone.id for zone in PLANT.spec.zones]


def allowed(policy: Policy, user: str, tool: str, effect: str, zone: str) -> bool:
    try:
        policy.require(policy.caller(user), tool, effect, zone)
    except Refused:
        return False
    return True


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_role_may_do_what_the_plant_says_and_no_more(role: str) -> None:
    policy, spec = policy_of(PLANT, {"anna": (role,)}), ROLES[role]
    for zone in ZONES:
        assert allowed(policy, "anna", "any.tool", "read", zone) is (zone in spec.read)
        assert allowed(policy, "anna", "any.tool", "compute", zone) is (zone in spec.compute)
        assert allowed(policy, "anna", PROPOSE, "write", zone) is (zone in spec.compute)
        assert not allowed(policy, "anna", "any.tool", "write", zone)


def test_only_the_roles_named_for_a_zone_approve_in_it() -> None:
    policy = policy_of(PLANT, {})
    found = {(rule.role, rule.zone) for rule in policy.approvals}
    assert found == {(role.id, zone) for role in PLANT.spec.roles for zone in role.approve} and found


def test_a_user_without_a_role_may_nothing() -> None:
    policy = policy_of(PLANT, {"eve": ()})
    for user in ("eve", "stranger"):
        for zone in ZONES:
            try:
                assert not allowed(policy, user, "any.tool", "read", zone)
            except Exception as error:  # a user who is not in the list is refused by name
                assert "stranger" in str(error)
