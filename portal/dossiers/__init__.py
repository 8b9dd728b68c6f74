"""Clients and what belongs to them: the result of a migration."""
