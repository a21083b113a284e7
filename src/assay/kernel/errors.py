"""The one error tree.

AssayError
 ├─ TerminalError        trying again is useless
 │   ├─ InputError           the user's input is wrong (exit 2)
 │   ├─ MissingDependency    an extra is not installed; the text names the command
 │   └─ IntegrityError       stored content is not what its hash says
 ├─ TransientError       the same call may succeed later
 │   ├─ LinkError            a connection to a plant or service failed
 │   ├─ ModelError           a language model hung, died or answered nonsense
 │   └─ BusyError            another process holds what is needed
 ├─ NeedsApproval        a person must approve first (exit 3)
 └─ Refused              a right, a policy or missing evidence forbids it (exit 3)

Every error carries a text key and its parameters, so it can be shown in zh and en.
"""

from __future__ import annotations

from typing import ClassVar

from assay.kernel.texts import Lang, text


class AssayError(Exception):
    """Base of all errors that Assay raises on purpose: ``AssayError("plant.tag_unknown", tag="X")``."""

    exit_code: ClassVar[int] = 1

    def __init__(self, key: str, /, **params: object) -> None:
        super().__init__(key)
        self.key = key
        self.params = params

    def render(self, lang: Lang = "en") -> str:
        """The error as one sentence for a person."""
        return text(self.key, lang, **self.params)

    def __str__(self) -> str:
        return self.render("en")


class TerminalError(AssayError):
    """Trying again is useless."""


class InputError(TerminalError):
    """The user's input is wrong."""

    exit_code = 2


class MissingDependency(TerminalError):
    """An optional part is not installed; the text names the command that installs it."""


class IntegrityError(TerminalError):
    """Stored content is not what its hash says."""


class TransientError(AssayError):
    """The same call may succeed later."""


class LinkError(TransientError):
    """A connection to a plant or a service failed."""


class ModelError(TransientError):
    """A language model hung, died, broke the schema or answered nonsense."""


class BusyError(TransientError):
    """Another process holds what is needed."""


class NeedsApproval(AssayError):
    """A person must approve first; ``params['action']`` is the action's id."""

    exit_code = 3


class Refused(AssayError):
    """A right, a policy or missing evidence forbids it."""

    exit_code = 3
