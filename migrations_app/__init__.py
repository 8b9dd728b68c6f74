"""An office's migration: its file accepted, queued, imported, reported."""
