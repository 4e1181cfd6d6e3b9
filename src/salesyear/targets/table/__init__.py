"""The planning table: rows, columns and measures of a version, as far as somebody sees it."""
