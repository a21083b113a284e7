"""Where a library keeps its documents: SQLite or PostgreSQL, the same tables."""
