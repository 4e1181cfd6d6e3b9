"""Template tags that every slice may use."""
