"""Process room: units sign, contact, go there, answer and report."""
