"""Tells people what happened to orders of theirs: the notices behind the bell."""
