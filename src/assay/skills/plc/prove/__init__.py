"""Properties of checked programs: proved, bounded, refuted with a trace, or unknown."""
