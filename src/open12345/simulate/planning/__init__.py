"""The plan of a run: from a scenario's exact figures to every single life."""
