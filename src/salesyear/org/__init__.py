"""Regions, territories, positions, reps, users; who may see what."""
