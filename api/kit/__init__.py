"""What every feature of the API stands on: problems, strict bodies, the guard, lists, the services."""
