"""Customers and the agents who serve them."""
