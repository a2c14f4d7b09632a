"""Credentials: put in, used by name, never shown."""
