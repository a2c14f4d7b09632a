"""A run in a form that people take with them: JSON, a report, a table."""
