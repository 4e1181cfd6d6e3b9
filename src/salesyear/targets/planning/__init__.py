"""From facts to a plan: who sold what, what is expected, what must hold, and the one plan that follows."""
