"""How long runs are kept, and how they are deleted with everything that they have kept."""
