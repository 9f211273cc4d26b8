"""What the numbers say: a columnar mirror of the orders, the metrics defined on it, and cuts through it."""
