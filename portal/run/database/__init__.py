"""The PostgreSQL backend of Django, on a server that starts at the first connection."""
