"""Assay: industrial AI whose answers leave only with the evidence that tested them."""

__version__ = "0.1.0"
