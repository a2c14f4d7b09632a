"""Temporal workflows: they import `interpreter` and `temporalio`, nothing else."""
