"""A plant's own roles as a policy: who may read, compute, propose and approve in which zone."""

from __future__ import annotations

from collections.abc import Mapping

from assay.kernel.actions import PROPOSE
from assay.kernel.policy import ApprovalRule, Policy, Rule
from assay.plant.model import Plant


def policy_of(plant: Plant, users: Mapping[str, tuple[str, ...]]) -> Policy:
    """The policy that ``plant.yaml`` states, for these users (name -> roles).

    A role that may compute in a zone may also propose an action there: a proposal writes nothing.
    """
    rules: list[Rule] = []
    approvals: list[ApprovalRule] = []
    for role in plant.spec.roles:
        rules += [Rule(role=role.id, effect=("read",), zone=zone) for zone in role.read]
        rules += [Rule(role=role.id, effect=("compute",), zone=zone) for zone in role.compute]
        rules += [Rule(role=role.id, effect=("write",), tool=PROPOSE, zone=zone) for zone in role.compute]
        approvals += [ApprovalRule(role=role.id, zone=zone) for zone in role.approve]
    return Policy(
        users=dict(users),
        roles=tuple(role.id for role in plant.spec.roles),
        zones=tuple(zone.id for zone in plant.spec.zones),
        rules=tuple(rules),
        approvals=tuple(approvals),
    )
