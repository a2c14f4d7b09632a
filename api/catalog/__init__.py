"""The catalog of node types."""
