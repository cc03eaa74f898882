"""The embedded PostgreSQL, started for real: many at once, killed, in awkward folders, as root and not."""
