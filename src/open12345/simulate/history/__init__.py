"""The speed *history*: patterns learnt from lives really played, stamped and copied by the hundred thousand."""
