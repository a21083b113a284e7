"""Actions on disk: every change of state is a compare-and-set with its audit row in one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from assay.kernel.action import TRANSITIONS, Action, ActionState
from assay.kernel.errors import BusyError, InputError, IntegrityError
from assay.plant.records.audit import append
from assay.plant.records.database import Database

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

OPEN = (ActionState.PROPOSED, ActionState.APPROVED, ActionState.EXECUTING, ActionState.EXECUTED)


class SqlActionStore:
    """The ``ActionStore`` port over the records database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, action: Action) -> None:
        """Store a new proposal."""
        from assay.plant.records.evidence import insert_once
        from assay.plant.records.schema import actions

        proposal = action.proposal
        row = {
            "id": action.id,
            "run": action.run,
            "plant": proposal.plant,
            "zone": proposal.zone,
            "state": action.state.value,
            "digest": proposal.digest,
            "expires": proposal.expires,
            "created": datetime.now(UTC),
            "action": action.model_dump_json(),
        }
        with self._database.write() as connection:
            if not insert_once(connection, actions, row):
                raise IntegrityError("plant.records_action_exists", id=action.id)
            append(connection, "assay", f"action.{action.state.value}", action.id, _detail(action))

    def get(self, id: str) -> Action:
        """The action; InputError when there is none, IntegrityError when its row was changed."""
        with self._database.read() as connection:
            return _get(connection, id)

    def advance(self, action: Action, *, expected: str, by: str) -> None:
        """Store the action's next state; BusyError unless the stored state is still ``expected``.

        The proposal itself never changes, and only the transitions of ``kernel.action`` exist; anything else is an
        IntegrityError.
        """
        from sqlalchemy import update

        from assay.plant.records.schema import actions

        with self._database.write() as connection:
            stored = _get(connection, action.id)
            if stored.state.value != expected:
                raise BusyError("kernel.action_moved", id=action.id, expected=expected, state=stored.state.value)
            allowed = action.state in TRANSITIONS.get(stored.state, frozenset())
            if stored.proposal != action.proposal or not allowed:
                raise IntegrityError("plant.records_action_changed", id=action.id)
            changed = connection.execute(
                update(actions)
                .where(actions.c.id == action.id, actions.c.state == expected)
                .values(state=action.state.value, action=action.model_dump_json())
            )
            if changed.rowcount != 1:
                raise BusyError("kernel.action_moved", id=action.id, expected=expected, state="-")
            append(connection, by, f"action.{action.state.value}", action.id, _detail(action))

    def refused(self, id: str, *, by: str, why: str) -> None:
        """Record an attempt that was turned down."""
        with self._database.write() as connection:
            append(connection, by, "action.refused", id, {"why": why})

    def pending(self) -> list[Action]:
        """Actions that still wait for something, oldest first."""
        return self.list(OPEN)

    def list(self, states: Iterable[ActionState] = tuple(ActionState)) -> list[Action]:
        """Actions in any of the states, oldest first."""
        from sqlalchemy import select

        from assay.plant.records.schema import actions

        wanted = [state.value for state in states]
        query = select(actions).where(actions.c.state.in_(wanted)).order_by(actions.c.created, actions.c.id)
        with self._database.read() as connection:
            return [_action(row) for row in connection.execute(query)]


def _get(connection: Connection, id: str) -> Action:
    from assay.plant.records.schema import actions

    row = connection.execute(actions.select().where(actions.c.id == id).with_for_update()).one_or_none()
    if row is None:
        raise InputError("kernel.action_unknown", id=id)
    return _action(row)


def _action(row: Row[Any]) -> Action:
    try:
        action = Action.model_validate_json(row.action)
    except ValidationError as error:
        raise IntegrityError("plant.records_action_changed", id=row.id) from error
    same = action.id == row.id and action.state.value == row.state and action.proposal.digest == row.digest
    if not same:
        raise IntegrityError("plant.records_action_changed", id=row.id)
    return action


def _detail(action: Action) -> dict[str, Any]:
    detail: dict[str, Any] = {"digest": action.proposal.digest, "note": action.note, "read_back": action.read_back}
    if action.state is ActionState.PROPOSED:
        detail["proposal"] = action.proposal.model_dump(mode="json")
    if action.approval is not None:
        detail["approval"] = action.approval.model_dump(mode="json")
    return detail
