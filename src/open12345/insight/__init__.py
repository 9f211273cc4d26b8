"""Insight: portraits of units and places, heat, before and after; it never changes an order."""
