"""/api/v1/migrations/: what the Migratie Tool and other programs do with the migrations of their office."""
