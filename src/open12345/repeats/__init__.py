"""Repeats: who asks again, what is sent by many, what several people complain of at one place (INS-01, INT-09)."""
