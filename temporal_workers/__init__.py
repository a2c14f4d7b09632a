"""Time: the generic run workflow, the workers, the embedded server, the command line."""
