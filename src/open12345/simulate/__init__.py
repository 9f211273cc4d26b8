"""A city that plays itself: plans lives of requests and walks them through the platform's own doors.

Three speeds: *history* (`bulk`, whole years at once), *step* (a virtual clock drives the real services) and *live*
(through the HTTP API and the desks). Below `project`, above everything else: no other room knows that it exists, and
an order that comes from here cannot be told from one that somebody took by hand.
"""
