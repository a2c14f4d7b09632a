"""What `make` calls: set-up and checks, with nothing but the standard library."""
