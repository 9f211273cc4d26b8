"""Process room: a citizen's words become an order."""
