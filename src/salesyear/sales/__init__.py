"""Products, orders, returns, invoices, receipts: the facts."""
