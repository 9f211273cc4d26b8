"""Writes the long tables of the larger packs: trees, units, duty items, and the demo's invented complaints.

Short rules (limits, applications, words …) are written by hand in the packs. What is written here is complete in the
pack afterwards: a pack needs nothing of this folder, and `--check` says where somebody has gone on by hand.
"""
