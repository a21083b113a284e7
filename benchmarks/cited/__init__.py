"""Own questions over own manuals: the set behind the figures of cited answers, and its tools."""
