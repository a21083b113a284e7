"""Lexing and parsing of Structured Text in its dialects, and the files it comes in."""
