"""Opens runs that other installations have exported."""
