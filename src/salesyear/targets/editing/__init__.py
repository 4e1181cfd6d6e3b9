"""Changing a draft: what was typed, what it asks of the plan, and the plan that follows."""
