"""Migrations of a library."""

from __future__ import annotations

from pathlib import Path

from assay.plant.records.migrations import Migrations

LIBRARY = Migrations(Path(__file__).parent, head="0003", table="knowledge_revision")
