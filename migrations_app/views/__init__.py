"""The pages of migrations: overview, wizard, progress, report, cancelling."""
