"""Stories of an attacker: what must not leak, break or fill up."""
