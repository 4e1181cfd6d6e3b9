"""The plan on paper: one content, written as a deck, a workbook, a PDF and a calendar, the same from every renderer."""
