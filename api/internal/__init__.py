"""What workers may ask: leases and plans."""
