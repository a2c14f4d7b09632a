"""The checks behind validation, one subject a file."""
