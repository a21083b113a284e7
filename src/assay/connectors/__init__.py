"""Links to the plant, one module each."""
