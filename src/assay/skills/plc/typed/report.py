"""The findings of the checker: codes, severities, and one place that keeps them from repeating."""

from __future__ import annotations

from assay.skills.plc.front.diagnostic import Diagnostic, Severity
from assay.skills.plc.front.source import Span
from assay.skills.plc.typed.elsewhere import Elsewhere

#: Key of the sentence -> (stable code, severity). ``ST20``: names, ``ST21``: types, ``ST22``: calls, ``ST23``:
#: declarations, ``ST24``: statements, ``ST29``: typed, but not to be run.
CODES: dict[str, tuple[str, Severity]] = {
    "unknown_type": ("ST2001", "error"),
    "unknown_function": ("ST2002", "error"),
    "unknown_name": ("ST2003", "error"),
    "unknown_member": ("ST2004", "error"),
    "not_a_type": ("ST2006", "error"),
    "not_a_value": ("ST2007", "error"),
    "not_a_place": ("ST2008", "error"),
    "ambiguous": ("ST2009", "warning"),
    "local_sigil": ("ST2010", "error"),
    "no_owner": ("ST2011", "error"),
    "private": ("ST2012", "warning"),
    "no_external": ("ST2013", "warning"),
    "owner_elsewhere": ("ST2016", "error"),
    "result_elsewhere": ("ST2017", "warning"),
    "mismatch": ("ST2101", "error"),
    "loss": ("ST2102", "warning"),
    "too_large": ("ST2103", "error"),
    "operands": ("ST2104", "error"),
    "operand": ("ST2105", "error"),
    "beyond": ("ST2106", "warning"),
    "condition": ("ST2107", "error"),
    "not_indexed": ("ST2108", "error"),
    "dimensions": ("ST2109", "error"),
    "out_of_bounds": ("ST2110", "error"),
    "index_type": ("ST2111", "error"),
    "no_members": ("ST2112", "error"),
    "not_pointer": ("ST2113", "error"),
    "part_type": ("ST2114", "error"),
    "part_range": ("ST2115", "error"),
    "not_constant": ("ST2116", "error"),
    "constant_zero": ("ST2117", "error"),
    "wrapped": ("ST2118", "warning"),
    "recursive_type": ("ST2119", "error"),
    "huge_array": ("ST2120", "error"),
    "bounds_order": ("ST2121", "error"),
    "open_array": ("ST2122", "error"),
    "string_length": ("ST2123", "error"),
    "to_enum": ("ST2124", "warning"),
    "quotes": ("ST2126", "warning"),
    "text_cut": ("ST2125", "warning"),
    "not_called": ("ST2201", "error"),
    "unknown_argument": ("ST2202", "error"),
    "argument_twice": ("ST2203", "error"),
    "too_many": ("ST2204", "error"),
    "too_few": ("ST2205", "error"),
    "missing_in_out": ("ST2206", "error"),
    "wrong_arrow": ("ST2207", "error"),
    "no_result": ("ST2208", "error"),
    "in_out_place": ("ST2209", "error"),
    "in_out_type": ("ST2210", "error"),
    "mixed_arguments": ("ST2212", "warning"),
    "missing_input": ("ST2213", "warning"),
    "recursion": ("ST2214", "error"),
    "called_type": ("ST2215", "error"),
    "block_positional": ("ST2216", "warning"),
    "declared_twice": ("ST2301", "error"),
    "recursive_constant": ("ST2302", "error"),
    "no_initial": ("ST2303", "warning"),
    "initial_items": ("ST2304", "error"),
    "extends_what": ("ST2305", "error"),
    "recursive_base": ("ST2306", "error"),
    "implements_what": ("ST2307", "error"),
    "not_implemented": ("ST2308", "error"),
    "external_type": ("ST2309", "warning"),
    "subrange_order": ("ST2310", "error"),
    "enum_twice": ("ST2311", "error"),
    "final": ("ST2312", "error"),
    "abstract": ("ST2313", "error"),
    "no_program": ("ST2315", "error"),
    "to_constant": ("ST2401", "error"),
    "exit_outside": ("ST2403", "error"),
    "case_twice": ("ST2404", "error"),
    "case_range": ("ST2405", "warning"),
    "case_type": ("ST2406", "error"),
    "case_never": ("ST2407", "warning"),
    "for_variable": ("ST2408", "error"),
    "for_step_zero": ("ST2409", "error"),
    "no_effect": ("ST2411", "warning"),
    "unknown_label": ("ST2412", "error"),
    "chart_step": ("ST2413", "error"),
    "chart_initial": ("ST2414", "error"),
    "chart_qualifier": ("ST2415", "error"),
    "chart_action": ("ST2416", "error"),
    "not_run_value": ("ST2901", "warning"),
    "not_run_pointer": ("ST2903", "warning"),
    "not_run_address": ("ST2904", "warning"),
    "not_run_in_out": ("ST2905", "warning"),
    "not_run_character": ("ST2906", "warning"),
    "not_run_goto": ("ST2907", "warning"),
    "not_run_query": ("ST2908", "warning"),
    "not_run_memory": ("ST2909", "warning"),
    "not_run_try": ("ST2910", "warning"),
    "not_run_en": ("ST2911", "warning"),
    "not_run_init": ("ST2912", "warning"),
    "not_run_vendor": ("ST2914", "warning"),
    "not_run_view": ("ST2913", "warning"),
    "not_run_generic": ("ST2915", "warning"),
    "too_deep": ("ST2902", "error"),
}

#: Findings about what a missing library may bring: at most one for each name.
MISSING = frozenset({"unknown_type", "unknown_function", "unknown_name", "owner_elsewhere"})


class Report:
    """Collects findings. ``lenient``: what a missing library may bring is a warning; None: only what another block of
    a project may bring that SCL names without declaring it (``external`` among the values)."""

    def __init__(self, lenient: bool | None = False) -> None:
        self.lenient = lenient
        self.elsewhere: dict[str, Elsewhere] = {}
        self.items: list[Diagnostic] = []
        self._seen: set[tuple[object, ...]] = set()

    def outside(self, finding: str, span: Span, name: str, close: str) -> bool:
        """Whether what is missing may be in another file of the source's project (nothing was asked about it)."""
        one = self.elsewhere.get(span.source) if self.lenient is None else None
        return one is not None and one.allows(finding, name, close)

    def add(
        self,
        finding: str,
        span: Span,
        /,
        *,
        related: tuple[Span, ...] = (),
        severity: Severity | None = None,
        once: object = None,
        **values: object,
    ) -> Severity | None:
        """Note a finding. ``once``: only the first with this mark counts. Returns its severity, None for a repeat."""
        code, usual = CODES[finding]
        mark = (finding, span) if once is None else (finding, once)
        if mark in self._seen:
            return None
        self._seen.add(mark)
        chosen = severity or usual
        external, typo, hint = values.pop("external", False), values.pop("typo", False), values.pop("close", None)
        if finding in MISSING and not typo:
            external = external or self.outside(finding, span, str(values.get("name", "")), str(hint or ""))
        external = external and self.lenient is None
        if external or (self.lenient and finding in MISSING and not typo):
            chosen = "warning"
        key = f"plc_typed.{finding}{'_external' if external else ''}{'_close' if hint else ''}"
        if hint:
            values["close"] = hint
        self.items.append(Diagnostic(code, chosen, span, key, values, related))
        return chosen
