"""The big screen and the leader's phone view."""
