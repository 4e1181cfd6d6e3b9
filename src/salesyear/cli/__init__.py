"""The `salesyear` command: every sub-command in a module of its own, heavy imports inside the functions."""

from salesyear.cli.app import main

__all__ = ["main"]
