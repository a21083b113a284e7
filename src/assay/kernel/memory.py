"""Stores in memory: for one process that keeps nothing (a benchmark, a notebook, a test)."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock

from assay.kernel.action import TRANSITIONS, Action, ActionState
from assay.kernel.errors import BusyError, InputError, IntegrityError
from assay.kernel.evidence import Evidence


class MemoryEvidenceStore:
    """The ``EvidenceStore`` port over a dictionary."""

    def __init__(self) -> None:
        self._records: dict[str, Evidence] = {}
        self._runs: dict[str, dict[str, None]] = {}

    def put(self, evidence: Evidence) -> None:
        """Store it; the same content again is one record that belongs to one run more."""
        self._records.setdefault(evidence.id, evidence)
        self._runs.setdefault(evidence.run, {})[evidence.id] = None

    def get(self, id: str) -> Evidence:
        """The record; InputError when there is none."""
        if id not in self._records:
            raise InputError("kernel.evidence_unknown", id=id)
        return self._records[id]

    def of_run(self, run: str) -> list[Evidence]:
        """All evidence of a run in the order of its making."""
        return [self._records[id] for id in self._runs.get(run, {})]

    def all(self) -> Iterable[Evidence]:
        """All evidence, oldest first."""
        return list(self._records.values())


class MemoryActionStore:
    """The ``ActionStore`` port over a dictionary; ``log`` is its audit: (who, what, action id)."""

    def __init__(self) -> None:
        self._actions: dict[str, Action] = {}
        self._lock = Lock()
        self.log: list[tuple[str, str, str]] = []

    def create(self, action: Action) -> None:
        """Store a new proposal."""
        with self._lock:
            if action.id in self._actions:
                raise IntegrityError("kernel.action_changed", id=action.id)
            self._actions[action.id] = action
            self.log.append(("assay", action.state.value, action.id))

    def get(self, id: str) -> Action:
        """The action; InputError when there is none."""
        if id not in self._actions:
            raise InputError("kernel.action_unknown", id=id)
        return self._actions[id]

    def advance(self, action: Action, *, expected: str, by: str) -> None:
        """Compare-and-set of the state; see the port."""
        with self._lock:
            stored = self.get(action.id)
            if stored.state.value != expected:
                raise BusyError("kernel.action_moved", id=action.id, expected=expected, state=stored.state.value)
            if stored.proposal != action.proposal or action.state not in TRANSITIONS.get(stored.state, frozenset()):
                raise IntegrityError("kernel.action_changed", id=action.id)
            self._actions[action.id] = action
            self.log.append((by, action.state.value, action.id))

    def refused(self, id: str, *, by: str, why: str) -> None:
        """Record an attempt that was turned down."""
        self.log.append((by, f"refused: {why}", id))

    def pending(self) -> list[Action]:
        """Actions that still wait for something, oldest first."""
        return [action for action in self._actions.values() if action.state in TRANSITIONS]

    def list(self, states: Iterable[ActionState] = tuple(ActionState)) -> list[Action]:
        """Actions in any of the states, oldest first."""
        wanted = set(states)
        return [action for action in self._actions.values() if action.state in wanted]
