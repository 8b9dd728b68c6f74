"""What makes the portal run: environment, embedded PostgreSQL, supervisor, logs."""
