"""Who may do what, where. Default deny: whatever no rule allows is refused."""

from __future__ import annotations

import getpass
import os
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from assay.kernel.action import ActionKind
from assay.kernel.errors import InputError, Refused

ANY = "*"
EffectName = Literal["read", "compute", "write"]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a user's name and the roles that an identity source gave."""

    user: str
    roles: tuple[str, ...] = ()


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rule(_Frozen):
    """Allows ``role`` the ``effect`` of tools that match ``tool`` (a case-sensitive glob) in ``zone`` (or ``*``)."""

    role: str
    effect: tuple[EffectName, ...]
    tool: str = ANY
    zone: str = ANY

    @field_validator("effect", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    def allows(self, role: str, tool: str, effect: str, zone: str) -> bool:
        """Whether this rule covers the cell."""
        zone_fits = self.zone in (ANY, zone)
        return self.role == role and effect in self.effect and zone_fits and fnmatchcase(tool, self.tool)


class ApprovalRule(_Frozen):
    """Lets ``role`` approve actions of the kinds named (writes alone where none is) in ``zone`` (or ``*``)."""

    role: str
    zone: str
    kind: tuple[ActionKind, ...] = ("write",)

    @field_validator("kind", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value


class Policy(_Frozen):
    """Users with their roles, zones, and the rules. An empty policy allows nothing."""

    users: dict[str, tuple[str, ...]] = {}
    roles: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    approvals: tuple[ApprovalRule, ...] = Field(default=())

    @field_validator("users", mode="before")
    @classmethod
    def _user_forms(cls, value: Any) -> Any:
        """Accept ``li: [operator]`` and ``li: {roles: [operator]}``."""
        if not isinstance(value, dict):
            return value
        plain = {}
        for user, entry in value.items():
            plain[user] = entry["roles"] if isinstance(entry, dict) and set(entry) == {"roles"} else entry
        return plain

    @model_validator(mode="after")
    def _names_are_declared(self) -> Self:
        # A misspelt role would silently allow nothing, a misspelt zone too: both are reported.
        used = [role for roles in self.users.values() for role in roles]
        used += [rule.role for rule in self.rules] + [rule.role for rule in self.approvals]
        for role in used:
            if role not in self.roles:
                raise ValueError(f"role {role!r} is not listed under roles")
        for zone in [rule.zone for rule in self.rules] + [rule.zone for rule in self.approvals]:
            if zone != ANY and zone not in self.zones:
                raise ValueError(f"zone {zone!r} is not listed under zones")
        return self

    @classmethod
    def local(cls) -> Self:
        """The policy without a file: the local user of the operating system reads and computes; nobody approves."""
        return cls(
            users={local_user(): ("local",)},
            roles=("local",),
            rules=(Rule(role="local", effect=("read", "compute")),),
        )

    @classmethod
    def load(cls, path: Path | None) -> Self:
        """Read a YAML file; ``None`` is the local policy. A file that is named but absent or wrong is an InputError."""
        if path is None:
            return cls.local()
        try:
            source = path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            raise InputError("kernel.policy_absent", path=path) from None
        except (OSError, UnicodeDecodeError) as error:
            raise InputError("kernel.policy_unreadable", path=path, problem=error) from None
        return cls.parse(source, str(path))

    @classmethod
    def parse(cls, source: str, path: str = "policy.yaml") -> Self:
        """Read YAML text; ``path`` is only named in errors."""
        data = _yaml(source, path)
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "-"
            problem = first["msg"].removeprefix("Value error, ")
            raise InputError("kernel.policy_wrong", path=path, field=where, problem=problem) from None

    def caller(self, user: str | None = None) -> Caller:
        """A user with the roles of this policy; ``None`` is the local user. ``Refused`` for a user it does not know."""
        name = local_user() if user is None else user
        if name not in self.users:
            raise Refused("kernel.policy_user", user=name)
        return Caller(name, self.users[name])

    def allows(self, caller: Caller, tool: str, effect: str, zone: str) -> bool:
        """Whether any of the caller's roles may do this."""
        return any(rule.allows(role, tool, effect, zone) for role in caller.roles for rule in self.rules)

    def require(self, caller: Caller, tool: str, effect: str, zone: str) -> None:
        """``Refused`` unless a rule allows it."""
        if not self.allows(caller, tool, effect, zone):
            raise Refused("kernel.policy_denied", user=caller.user, tool=tool, effect=effect, zone=zone or "-")

    def may_approve(self, role: str, zone: str, kind: ActionKind = "write") -> bool:
        """Whether a person in ``role`` may approve actions of that kind in ``zone``."""
        return any(rule.role == role and rule.zone in (ANY, zone) and kind in rule.kind for rule in self.approvals)


def local_user() -> str:
    """The user of the operating system (``uid-1000`` where that user has no name)."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid-{os.getuid()}"


def _yaml(source: str, path: str) -> Any:
    import yaml

    try:
        node = yaml.compose(source, Loader=yaml.SafeLoader)
        _refuse_repeated_keys(node, path)
        return yaml.safe_load(source) or {}
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InputError("kernel.policy_wrong", path=path, field=f"line {line}", problem=error.problem) from None
    except yaml.YAMLError as error:
        raise InputError("kernel.policy_wrong", path=path, field="-", problem=str(error).splitlines()[0]) from None


def _refuse_repeated_keys(root: Any, path: str) -> None:
    """YAML lets a later key win silently; in a policy that would hide a rule."""
    import yaml

    pending, seen_nodes = [root], set[int]()
    while pending:
        node = pending.pop()
        if id(node) in seen_nodes:
            continue
        seen_nodes.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            pending.extend(node.value)
        elif isinstance(node, yaml.MappingNode):
            keys: set[str] = set()
            for key, value in node.value:
                if str(key.value) in keys:
                    line = f"line {key.start_mark.line + 1}"
                    raise InputError("kernel.policy_wrong", path=path, field=line, problem=f"{key.value!r} repeated")
                keys.add(str(key.value))
                pending.append(value)
