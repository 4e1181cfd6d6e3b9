"""The facts as columns: files by month beside the database, made anew for months that changed, thrown away at will."""

from __future__ import annotations

from salesyear.performance.facts.scoped import facts_of

FILES = "performance.facts"  # the run that makes the files, declared in performance.runs
__all__ = ["FILES", "facts_of"]
