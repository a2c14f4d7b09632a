"""The meaning of a run: what a definition says and what happens next, without any I/O."""
