"""The facility register (设施登记, DIS-19): whose a lamp, a manhole, a bin is, found by its plate or by a point."""
