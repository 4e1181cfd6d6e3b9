"""Cells as typed values: each is read exactly or is a problem with its rule and its mend."""

from salesyear.core.columns import Type
from salesyear.importing.values.columns import Cell, Manner, Value, manner_of, read_cell, read_column
from salesyear.importing.values.figures import SIGNS, Figure, is_nothing, narrow
from salesyear.importing.values.problems import Problem, problem

__all__ = [
    "SIGNS",
    "Cell",
    "Figure",
    "Manner",
    "Problem",
    "Type",
    "Value",
    "is_nothing",
    "manner_of",
    "narrow",
    "problem",
    "read_cell",
    "read_column",
]
