"""What is there: customers and what they are worth, the market and what of it is still open."""
