"""The market and the customers in it: what each customer will bring, and what the market could."""
