"""The agent loop: code plans, a model chooses among what code enumerated, tools make evidence, checks decide."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from assay.kernel.answer import Answer
from assay.kernel.answering import Answering, Draft
from assay.kernel.choosing import Chooser
from assay.kernel.context import RunContext
from assay.kernel.errors import Refused, TerminalError, TransientError
from assay.kernel.ports import LanguageModel
from assay.kernel.skill import Candidate, Skill, State, Step, Stop
from assay.kernel.texts import text
from assay.kernel.tool import Effect


@dataclass(frozen=True, slots=True)
class Margins:
    """Differences of log-probabilities, calibrated for one model.

    ``refuse``: a tool is taken only when it is likelier than the refusal by more than this. ``ask``: the user is asked
    when the two best tools are closer than this. Zero for both takes the best option.
    """

    refuse: float = 0.0
    ask: float = 0.0


@dataclass(frozen=True, slots=True)
class AskBack:
    """The question fits several tools or values; ``options`` are what the user can choose from."""

    run: str
    question: str
    options: tuple[str, ...]


@dataclass(slots=True)
class Agent:
    """Runs one skill's plan. ``model`` None lets code decide wherever the plan has a default."""

    skill: Skill
    answering: Answering
    model: LanguageModel | None = None
    margins: Margins = field(default_factory=Margins)

    async def run(self, question: str, context: RunContext) -> Answer | AskBack:
        """Answer a question under the context's rights and budget.

        A right, a budget or a link that fails ends in a refused answer that says so; wrong input and broken content
        are raised.
        """
        if self.skill.plan is None:
            raise TerminalError("kernel.skill_no_plan", skill=self.skill.name)
        state = State(question, context)
        chooser = Chooser(self.model, self.skill)
        watch = _Watch()
        try:
            ending = await self._until_ready(state, chooser, watch)
        except (Refused, TransientError) as error:
            ending = Stop((error.render(context.lang),))
        if isinstance(ending, AskBack):
            return ending
        with_costs: dict[str, Any] = {
            "run": context.run,
            "seconds": watch.seconds,
            "tokens": context.budget.tokens_used,
        }
        if isinstance(ending, Stop):
            return self.answering.refuse(ending.missing, **with_costs)
        return await self.answering.answer(ending, **with_costs)

    async def _until_ready(self, state: State, chooser: Chooser, watch: _Watch) -> Draft | Stop | AskBack:
        assert self.skill.plan is not None
        while True:
            planned = self.skill.plan(state)
            ready = planned if isinstance(planned, (Step, Draft, Stop)) else await planned
            watch.lap("plan")
            if isinstance(ready, Stop):
                return ready
            if isinstance(ready, Draft):
                draft = await self._finish(ready, state, chooser)
                watch.lap("choose")
                return draft
            decided = await self._candidate(ready, state, chooser)
            if isinstance(decided, Candidate):
                arguments = await self._arguments(decided, ready, state, chooser)
                watch.lap("choose")
                if isinstance(arguments, AskBack):
                    return arguments
                state.calls.append(await state.context.call(decided.tool, dict(arguments)))
                watch.lap(decided.tool.name)
            elif decided is not None:
                return decided

    async def _candidate(self, step: Step, state: State, chooser: Chooser) -> Candidate | Stop | AskBack | None:
        """The tool to call; None when the model wants to finish."""
        lang = state.context.lang
        tools = [self._allowed(candidate) for candidate in step.candidates]
        default = next((c for c in tools if c.tool.name == step.default), None)
        if default is not None and step.forced:
            return default
        if len(tools) == 1 and not step.finish and not step.refuse:
            return tools[0]
        labels = [c.tool.name for c in tools]
        labels += [text("kernel.agent_finish", lang)] * step.finish + [text("kernel.agent_refuse", lang)] * step.refuse
        chosen = await chooser.choose(state, "tool", text("kernel.agent_task_tool", lang), labels)
        if chosen is None:
            return default or Stop((text("kernel.agent_no_model", lang),))
        best = chosen.order[0]
        refusal = len(labels) - 1 if step.refuse else None
        if refusal is not None and (best == refusal or chosen.margin(refusal) <= self.margins.refuse):
            return Stop((text("kernel.agent_refused", lang),))
        ranked = [i for i in chosen.order if i < len(tools)]
        if best < len(tools) and len(ranked) > 1 and chosen.margin(ranked[1]) < self.margins.ask:
            near = tuple(text(tools[i].tool.summary, lang) for i in ranked[:2])
            return AskBack(state.context.run, text("kernel.agent_ask_tool", lang), near)
        if best >= len(tools):
            state.context.budget.step()  # a plan that does not end after this still meets its budget
            state.finish = True
            return None
        return tools[best]

    async def _arguments(
        self, candidate: Candidate, step: Step, state: State, chooser: Chooser
    ) -> Mapping[str, Any] | AskBack:
        """The fixed arguments and one enumerated value for each open one."""
        lang = state.context.lang
        arguments: dict[str, Any] = dict(candidate.fixed)
        for name, options in candidate.open.items():
            if not options:
                raise Refused("kernel.agent_no_option", tool=candidate.tool.name, argument=name)
            labels = [option.label for option in options]
            task = text("kernel.agent_task_slot", lang, tool=candidate.tool.name, argument=name)
            chosen = await chooser.choose(state, name, task, labels)
            if chosen is None and len(options) > 1 and step.default != candidate.tool.name:
                return AskBack(state.context.run, text("kernel.agent_ask_slot", lang, argument=name), tuple(labels))
            arguments[name] = options[0 if chosen is None else chosen.order[0]].value
        return arguments

    async def _finish(self, draft: Draft, state: State, chooser: Chooser) -> Draft:
        """The draft with claims in the model's order of topics, and with what makes it at most partly verified."""
        lang = state.context.lang
        lead, rest = draft.claims[: draft.lead], draft.claims[draft.lead :]
        if draft.reorder and len(rest) > 1:
            topics = list(dict.fromkeys(claim.topic for claim in rest))
            chosen = await chooser.choose(state, "order", text("kernel.agent_task_order", lang), topics)
            if chosen is not None:
                ranked = [topics[i] for i in chosen.order]
                ranked += [topic for topic in topics if topic not in ranked]
                draft = replace(draft, claims=(*lead, *sorted(rest, key=lambda claim: ranked.index(claim.topic))))
        reasons = [text("kernel.agent_unscored", lang)] * chooser.unscored
        return replace(draft, partly=(*draft.partly, *reasons))

    def _allowed(self, candidate: Candidate) -> Candidate:
        """A plan offers its own skill's tools only, and never one that writes: those are proposed as actions."""
        if candidate.tool.effect is Effect.WRITE:
            raise Refused("kernel.write_needs_action", tool=candidate.tool.name)
        if candidate.tool not in self.skill.tools:
            raise TerminalError("kernel.skill_foreign_tool", skill=self.skill.name, tool=candidate.tool.name)
        return candidate


class _Watch:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.monotonic()

    def lap(self, stage: str) -> None:
        """Book the time since the last lap."""
        now = time.monotonic()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self._last
        self._last = now
