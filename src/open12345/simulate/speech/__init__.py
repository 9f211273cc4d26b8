"""What citizens say: matters, places and people of a grammar, with tempers and slips; no platform in it."""
