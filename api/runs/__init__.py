"""Runs: start, list, look, cancel, watch."""
