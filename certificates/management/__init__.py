"""Commands of the certificates app."""
