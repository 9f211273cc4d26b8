"""Composes the house: settings, root urls, database, embedded PostgreSQL, command line."""
