"""The import of an accepted migration file: stream, COPY, merge, checkpoint."""
