"""The model library: trained models with their cards, kept in formats that run no code when they are read."""

from __future__ import annotations

from assay.kernel.texts import register_texts

register_texts("library", "assay.models.library")
