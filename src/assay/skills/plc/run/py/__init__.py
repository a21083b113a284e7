"""The executor that makes Python code of the intermediate form."""
