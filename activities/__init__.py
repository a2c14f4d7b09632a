"""Services: everything that talks to somebody else's system, one folder per service."""
