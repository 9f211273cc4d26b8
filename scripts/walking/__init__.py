"""Walking orders through a running instance over HTTP, as the different people (see walk_complaints.py)."""
