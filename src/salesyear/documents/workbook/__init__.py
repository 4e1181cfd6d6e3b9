"""The plan as a workbook: live sums over its own cells, a sheet for each chapter, and one to answer on."""

from salesyear.documents.workbook.writing import write_workbook

__all__ = ["write_workbook"]
