"""The executor that makes C code of the intermediate form and calls it through cffi."""
