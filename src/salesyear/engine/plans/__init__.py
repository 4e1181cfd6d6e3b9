"""A plan for a year as figures: here, the gap ledger and what its initiatives were measured to bring."""
