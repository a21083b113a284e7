"""The candidates of a forecast."""
