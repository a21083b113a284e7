"""Mechanism models and digital twins."""
