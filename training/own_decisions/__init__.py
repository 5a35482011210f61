"""A newsroom's own past decisions: read from exports, kept in data/own, never in git."""
