"""A scenario as data: what may be written, where it lies, and what is wrong with one."""
