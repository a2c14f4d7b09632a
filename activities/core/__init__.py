"""Nodes that belong to no service in particular."""
