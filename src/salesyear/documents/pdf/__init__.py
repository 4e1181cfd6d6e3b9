"""The plan as a PDF: set by Typst from the paper's values, tagged, its fonts inside."""

from salesyear.documents.pdf.writing import write_pdf

__all__ = ["write_pdf"]
