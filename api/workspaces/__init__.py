"""Workspaces: what holds for all of their workflows."""
