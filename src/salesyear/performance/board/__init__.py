"""The dashboard: are we on plan, which region is behind, and why; down to the order, numbers always adding up."""
