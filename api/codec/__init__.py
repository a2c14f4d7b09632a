"""Decodes what Temporal's own page and command line show, for those who may see it."""
