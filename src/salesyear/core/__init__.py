"""Plumbing shared by the slices."""
