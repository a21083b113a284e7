"""The model library: trained models with their cards, kept in formats that run no code when they are read."""
