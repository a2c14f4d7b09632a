"""Failures as people work them off: the same failure of many runs is one entry."""
