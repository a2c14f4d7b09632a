"""People and records: HTTP, authentication, the only database access, our side of Temporal."""
