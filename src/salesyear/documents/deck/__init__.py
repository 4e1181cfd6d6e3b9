"""The plan as slides: PowerPoint's own charts and tables, editable, in the notation of the pages."""

from salesyear.documents.deck.writing import write_deck

__all__ = ["write_deck"]
