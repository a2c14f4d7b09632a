"""Workflows: drafts, findings, versions."""
