"""Shipped reference plants (package data)."""
