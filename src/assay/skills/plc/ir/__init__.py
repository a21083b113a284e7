"""The intermediate form of checked programs, and their data types."""
