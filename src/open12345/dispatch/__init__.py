"""Process room: an order finds its unit."""
