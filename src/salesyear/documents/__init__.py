"""Papers out: the plan as a deck, a workbook, a PDF and a calendar."""
