"""How lives go: the acts of the people of one order, and doing them through services or over HTTP."""
