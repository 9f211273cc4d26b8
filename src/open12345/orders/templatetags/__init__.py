"""Template tags of the orders room."""
