"""The findings of the lints: stable codes, rule ids of the PLCopen coding guidelines, and how grave they are."""

from __future__ import annotations

from dataclasses import dataclass

from assay.skills.plc.front.diagnostic import Diagnostic, Severity
from assay.skills.plc.front.source import Span

#: Key of the sentence -> (code, rule, severity). Rules: PLCopen Coding Guidelines 1.0; ``A`` are ours.
RULES: dict[str, tuple[str, str, Severity]] = {
    "lint_unused": ("ST3001", "CP24", "warning"),
    "lint_unassigned": ("ST3002", "CP24", "warning"),
    "lint_never_written": ("ST3003", "CP3", "info"),
    "lint_result": ("ST3004", "CP3", "warning"),
    "lint_input_written": ("ST3005", "CP17", "warning"),
    "lint_tasks": ("ST3006", "CP10", "warning"),
    "lint_writers": ("ST3007", "CP26", "info"),
    "lint_output_twice": ("ST3008", "CP12", "info"),
    "lint_overlap": ("ST3009", "CP4", "warning"),
    "lint_shadow": ("ST3010", "N5", "info"),
    "lint_parameters": ("ST3011", "CP23", "info"),
    "lint_real_equal": ("ST3020", "CP8", "warning"),
    "lint_time_equal": ("ST3021", "CP28", "warning"),
    "lint_dead": ("ST3022", "CP2", "warning"),
    "lint_always": ("ST3023", "CP2", "warning"),
    "lint_deep": ("ST3024", "CP9", "warning"),
    "lint_complex": ("ST3025", "CP9", "info"),
    "lint_case_else": ("ST3026", "A1", "info"),
    "lint_called_twice": ("ST3027", "CP20", "warning"),
    "lint_conditional": ("ST3028", "A2", "warning"),
    "lint_loop_variable": ("ST3029", "L22", "warning"),
    "lint_leave": ("ST3031", "L10", "info"),
    "lint_jump": ("ST3032", "CP19", "info"),
    "lint_self": ("ST3033", "A3", "warning"),
    "lint_same": ("ST3034", "A4", "warning"),
    "lint_widen": ("ST3035", "A5", "warning"),
    "lint_comment": ("ST3040", "C2", "info"),
}


@dataclass(slots=True)
class Lints:
    """Collects the findings of the lints."""

    items: list[Diagnostic]

    def add(self, finding: str, span: Span, /, *, related: tuple[Span, ...] = (), **values: object) -> None:
        """Note one."""
        code, rule, severity = RULES[finding]
        self.items.append(
            Diagnostic(code, severity, span, f"plc_typed.{finding}", {"rule": f"PLCopen-{rule}", **values}, related)
            if not rule.startswith("A")
            else Diagnostic(code, severity, span, f"plc_typed.{finding}", {"rule": f"Assay-{rule}", **values}, related)
        )
