"""Tags of the targets chapter."""
