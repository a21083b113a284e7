"""Traces, tests, coverage, mutants and proposed tests of checked programs."""

from __future__ import annotations

from assay.kernel.texts import register_texts

register_texts("plc_testing", "assay.skills.plc.testing")
