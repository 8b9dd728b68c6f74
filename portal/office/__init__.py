"""Offices and their people: login, access rules, settings pages, audit trail, mail outbox."""
