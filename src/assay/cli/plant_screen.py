"""What ``assay plant run`` and ``assay plant connect`` show while they go on, and how they are asked to end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
from typing import TYPE_CHECKING

from assay.cli.output import say, warn
from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from assay.connectors.samples import LinkEvent


def stop_event() -> asyncio.Event:
    """Set by Ctrl-C and by SIGTERM: they must end the plant or the link, not the storing of what it delivered."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C cancels the task instead
            loop.add_signal_handler(number, stop.set)
    return stop


class Screen:
    """One live line on a terminal, a line now and then in a log, JSON lines for programs.

    ``command`` is the part of the texts' keys (``plant_run``); ``quiet_start`` leaves the first connection out.
    """

    def __init__(self, command: str, lang: Lang, *, as_json: bool, quiet_start: bool = False) -> None:
        self._command = command
        self._json = as_json
        self._lang: Lang = lang
        self._live = sys.stderr.isatty() and not as_json
        self._quiet = quiet_start
        self.period = 0.5 if self._live else 1.0 if as_json else 10.0

    def line(self, name: str, **parameters: object) -> None:
        """A sentence of the command's own."""
        if self._json:
            self._print({"event": name, **parameters})
        else:
            self._say(text(f"cli.{self._command}_{name}", self._lang, **parameters))

    def status(self, status: dict[str, object], **shown: object) -> None:
        """The present state; ``shown`` replaces values in the sentence."""
        if self._json:
            self._print({"event": "status", **status})
            return
        sentence = text(f"cli.{self._command}_status", self._lang, **{**status, **shown})
        if self._live:
            sys.stderr.write(f"\r\x1b[2K{sentence}")
            sys.stderr.flush()
        else:
            warn(sentence)

    def link_event(self, event: LinkEvent) -> None:
        """What happens to the link, in a sentence."""
        from assay.connectors.samples import LinkState

        if event.detail == "closed":
            return
        if event.state is LinkState.CONNECTED and self._quiet:
            self._quiet = False
            return
        about: dict[str, object] = {"samples": event.samples, "problem": event.detail, "tag": event.tag}
        if event.gap is not None:
            about |= {"start": event.gap.start.isoformat(), "end": event.gap.end.isoformat()}
        if self._json:
            self._print({"event": f"link_{event.state.value}", **about})
        elif event.error is not None:
            self._say(event.error.render(self._lang))
        else:
            self._say(text(f"cli.plant_link_{event.state.value}", self._lang, **about))

    def finished(self, status: dict[str, object], *, stored: bool) -> None:
        """The last line, after everything is stored and closed."""
        if self._json:
            self._print({"event": "finished", **status})
            return
        key = "finished" if stored else "finished_unstored"
        self._say(text(f"cli.{self._command}_{key}", self._lang, **status))

    def _say(self, sentence: str) -> None:
        if self._live:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()
        say(sentence)

    @staticmethod
    def _print(value: dict[str, object]) -> None:
        print(json.dumps(value, ensure_ascii=False, allow_nan=False), flush=True)
