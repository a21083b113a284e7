"""The search for a program that passes every gate: fresh starts, repairs with a certificate, completion by code.

The best candidate is kept. A candidate that fails is tried once more from safe values and is mended at most twice by
the model; where a confirmed property says
plainly what an output must be, code completes the best candidate so far; a text that came before is not judged again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from assay.kernel.errors import ModelError
from assay.kernel.ports import LanguageModel, Message
from assay.skills.plc.making.completing import safe_values, statements
from assay.skills.plc.making.declaring import declared, joined
from assay.skills.plc.making.drafting import Draft, fresh, once, repair, take
from assay.skills.plc.making.gates import Gated, Wanted, judge
from assay.skills.plc.making.hollow import hollow
from assay.skills.plc.making.interface import Interface, assemble

Origin = Literal["library", "model", "repair", "completed"]
_REPAIRS, _TOKENS, _SECONDS = 2, 700, 180.0
_HOLLOW = (
    "It keeps the conditions only because next to nothing happens in it: an output never changes, or a condition never "
    "becomes TRUE."
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A candidate in the order in which it was judged (from 1), where it came from, and how far it came."""

    number: int
    origin: Origin
    gated: Gated
    draft: Draft


@dataclass(slots=True)
class Search:
    """What was tried. ``failed`` says that the model stopped answering."""

    candidates: list[Candidate] = field(default_factory=list)
    tokens: int = 0
    failed: bool = False

    @property
    def best(self) -> Candidate | None:
        """The candidate that came furthest; the first of equals."""
        return max(self.candidates, key=lambda one: (one.gated.score, -one.number), default=None)

    @property
    def passed(self) -> Candidate | None:
        """The first that passed every gate. One in which next to nothing happens only when there is no other, and one
        that code wrote from the properties only when there is none besides those."""
        found = [one for one in self.candidates if one.gated.passed]
        return min(found, key=lambda one: (one.origin == "completed", bool(one.gated.hollow), one.number), default=None)


async def search(
    requirement: str,
    wanted: Wanted,
    model: LanguageModel | None,
    most: int,
    told: Callable[[Candidate], None] | None = None,
) -> Search:
    """Candidates until one passes or ``most`` have been judged. Without a model only code's own are tried."""
    run = _Run(requirement, wanted, model, most, told)
    await run.go()
    return run.found


async def draft(model: LanguageModel, messages: Sequence[Message], face: Interface) -> tuple[Draft, int] | None:
    """What the model writes, with the small mends that need no model, and the tokens it took; None when it stopped
    answering. A text that goes round in circles is not waited for."""
    said: list[str] = []

    def heard(token: str) -> None:
        said.append(token)
        if "\n" in token and once(text := "".join(said)) != text:
            asked.cancel()

    chat = model.chat(messages, max_tokens=_TOKENS, timeout=_SECONDS, stop=("\n```\n",), on_token=heard)
    asked = asyncio.ensure_future(chat)
    try:
        result = await asked
        text, tokens = result.text, result.prompt_tokens + result.output_tokens
    except asyncio.CancelledError:
        if once("".join(said)) == "".join(said):  # somebody else ends this
            raise
        text, tokens = "".join(said), len(said)
    except (ModelError, TimeoutError):
        return None
    return declared(joined(take(text, face), face), face), tokens


@dataclass(slots=True)
class _Run:
    requirement: str
    wanted: Wanted
    model: LanguageModel | None
    most: int
    told: Callable[[Candidate], None] | None
    found: Search = field(default_factory=Search)
    seen: set[str] = field(default_factory=set)

    async def go(self) -> None:
        start = 0
        while self.model is not None and not self._over() and start < self.most:
            one = await self._ask(fresh(self.requirement, self.wanted, start), "model")
            start += 1
            for _ in range(_REPAIRS):
                if one is None or self._over():
                    break
                messages = repair(self.requirement, self.wanted, one.draft, one.gated.certificate)
                one = await self._ask(messages, "repair")
            if start == 1 and not self._over():
                await self._complete()
        if self.model is None or self.found.failed:
            await self._complete()

    def _over(self) -> bool:
        """A candidate that neither is hollow nor rests on the properties alone has passed, or there is nothing more to
        spend."""
        passed = self.found.passed
        enough = passed is not None and passed.origin != "completed" and not passed.gated.hollow
        return enough or len(self.found.candidates) >= self.most or self.found.failed

    async def _ask(self, messages: Sequence[Message], origin: Origin) -> Candidate | None:
        assert self.model is not None
        said = await draft(self.model, messages, self.wanted.interface)
        if said is None:
            self.found.failed = True
            return None
        self.found.tokens += said[1]
        if not said[0].body.strip():  # only declarations: nothing that could be mended
            return None
        one = await self._judge(said[0], origin)
        if one is not None and one.gated.stage in ("prove", "test") and not self._over():
            return await self._from_safe(one, origin)
        return one

    async def _from_safe(self, one: Candidate, origin: Origin) -> Candidate:
        """The same statements after every output has been given its safe value: models forget to take outputs back.
        It is kept when it comes further than what the model wrote."""
        safe = safe_values(self.wanted.interface)
        if not safe:
            return one
        other = await self._judge(Draft(one.draft.local, f"{safe}\n{one.draft.body}", one.draft.raw), origin)
        return other if other is not None and other.gated.score > one.gated.score else one

    async def _complete(self) -> None:
        """The best candidate that at least compiles (or safe values alone) with the properties' own statements."""
        added = statements(list(self.wanted.properties), self.wanted.interface)
        if not added:
            return
        best = self.found.best
        base = best.draft if best is not None and best.gated.stage in ("prove", "test") else None
        body = base.body if base is not None else safe_values(self.wanted.interface)
        await self._judge(Draft(base.local if base is not None else "", f"{body}\n{added}", ""), "completed")

    async def _judge(self, draft: Draft, origin: Origin) -> Candidate | None:
        text = assemble(self.wanted.interface, draft.local, draft.body)
        if text in self.seen:
            return None
        self.seen.add(text)
        gated = await asyncio.to_thread(_judged, text, self.wanted)
        made = Candidate(len(self.found.candidates) + 1, origin, gated, draft)
        self.found.candidates.append(made)
        if self.told is not None:
            self.told(made)
        return made


def _judged(text: str, wanted: Wanted) -> Gated:
    gated = judge(text, wanted)
    if not gated.passed or gated.project is None or gated.report is None:
        return gated
    found = hollow(gated.project, wanted, gated.report)
    return replace(gated, hollow=found, certificate=_HOLLOW if found else "")
