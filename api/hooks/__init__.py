"""Doors at the root, open to whoever knows their address."""
