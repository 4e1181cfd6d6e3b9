"""Targets: the number shared out, and what is to be said about it."""
