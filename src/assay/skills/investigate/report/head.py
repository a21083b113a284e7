"""What stands first: status, plant, times, and the verdict with what to do."""

from __future__ import annotations

from assay.skills.investigate.report.document import Facts, Share, Tone, Verdict
from assay.skills.investigate.report.model import Alarm, Cause, Investigation, Measure, Write
from assay.skills.investigate.report.words import Words, amount, clean, percent

NONE = "none"
SURE, LIKELY = 0.9, 0.5
_WRITTEN = frozenset({"executed", "confirmed"})
_BADGES: dict[str, Tone] = {"verified": "good", "partly_verified": "fair", "refused": "bad"}


def badge(found: Investigation, words: Words) -> tuple[str, Tone]:
    """The answer's status as a word and a tone."""
    return words.say(f"status_{found.status}"), _BADGES[found.status]


def facts(found: Investigation, words: Words) -> Facts:
    """Plant, onset, first alarm, the data used and the run."""
    pairs = [(words.say("plant"), words.tagged(found.plant, found.plant_name))]
    if found.onset is not None:
        pairs.append((words.say("since"), words.time(found.onset)))
    if found.screen is not None and found.screen.alarm is not None:
        alarm = found.screen.alarm
        named = alarm_name(alarm)
        pairs.append((words.say("alarm"), words.joined([words.time(alarm.time), named])))
    history = found.history
    if history is not None and history.start is not None and history.end is not None:
        span = words.say("span", start=words.time(history.start), end=words.time(history.end))
        pairs.append((words.say("data"), span))
    if found.run:
        pairs.append((words.say("run"), clean(found.run)))
    return Facts(tuple(pairs))


def alarm_name(alarm: Alarm) -> str:
    """``XMEAS_7 H``."""
    return clean(f"{alarm.tag or ''} {alarm.type or ''}")


def cause_name(cause: Cause, words: Words) -> str:
    """A cause's name with its id."""
    if cause.id == NONE:
        return words.say("none")
    return words.tagged(cause.id, cause.name)


def writes(listed: list[Write], words: Words) -> str:
    """``SP_X name from 1 kPa to 2 kPa`` for each write."""
    return words.joined(
        [
            words.say(
                "write",
                tag=words.tagged(write.tag, write.name),
                before=amount(write.before, write.unit),
                value=amount(write.value, write.unit),
            )
            for write in listed
        ]
    )


def verdict(found: Investigation, words: Words) -> Verdict:
    """The first thing to read."""
    if found.status == "refused":
        return _verdict(words, "state", words.say("verdict_refused"), None, [words.say("todo_see_missing")], "bad")
    if found.abnormal is False:
        return _verdict(words, "state", words.say("verdict_normal"), None, [words.say("todo_nothing")], "good")
    if not found.causes:
        return _verdict(words, "state", words.say("verdict_upset"), None, _todo(found, None, words), "fair")
    top = found.ranked()[0]
    share = Share(top.probability, percent(top.probability))
    if top.id == NONE:
        return _verdict(words, "none", words.say("verdict_none_finding"), share, _todo(found, None, words), "fair")
    kind = "cause" if top.probability >= SURE else "probable" if top.probability >= LIKELY else "leading"
    tone: Tone = "bad" if top.probability >= LIKELY else "fair"
    return _verdict(words, kind, words.tagged(top.id, top.name), share, _todo(found, top, words), tone)


def _verdict(words: Words, kind: str, finding: str, share: Share | None, todo: list[str], tone: Tone) -> Verdict:
    return Verdict(words.say(f"verdict_{kind}"), finding, share, words.say("todo"), tuple(todo), tone)


def _todo(found: Investigation, top: Cause | None, words: Words) -> list[str]:
    lines: list[str] = []
    best = found.best()
    if best is not None and best.writes:
        done = found.action is not None and found.action.state in _WRITTEN
        said = words.say("todo_written" if done else "todo_write", writes=writes(best.writes, words))
        lines.append(words.sentences([said, *_effect(best, words)]))
        lines.extend(_approval(found, words))
    if top is not None and (remedy := words.name(top.remedy)):
        lines.append(remedy)
    if not lines:
        lines.append(words.say("todo_check" if top is not None else "todo_keep_normal"))
    return lines


def _effect(best: Measure, words: Words) -> list[str]:
    said: list[str] = []
    if best.trips is not None and best.trips >= 0.5:
        said.append(words.say("todo_trips"))
    elif best.trips is not None and best.trips_without is not None and best.trips_without >= 0.5:
        said.append(words.say("todo_avoids"))
    if best.relief is not None and best.relief > 0:
        said.append(words.say("todo_lessens", relief=percent(best.relief)))
    return said


def _approval(found: Investigation, words: Words) -> list[str]:
    if found.action is None:
        return []
    if found.confirmation is not None:
        return [words.say("todo_confirmed" if found.confirmation.ok else "todo_standing")]
    if found.action.state == "proposed":
        return [words.say("todo_approve", id=clean(found.action.id))]
    return [words.say("todo_state", id=clean(found.action.id), state=words.known("state", found.action.state))]
