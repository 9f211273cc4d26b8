"""Records room: what is true about a work order, and the only function that changes one."""
