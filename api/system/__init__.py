"""Health and facts of this installation."""
