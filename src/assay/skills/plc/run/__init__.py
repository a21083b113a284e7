"""Executors of checked programs with a virtual clock: traces, tests, coverage, mutants."""
