"""From a requirement to a program that is released only with a verdict."""
