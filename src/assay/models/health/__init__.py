"""Machine health: rotating machines, processes, fleets that run to failure, and diagnosis."""
