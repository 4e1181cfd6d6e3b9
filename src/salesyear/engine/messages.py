"""Texts of the engine: marked for translation here, translated by whoever shows them."""

from __future__ import annotations


def noop(text: str) -> str:
    """Mark a sentence for translation and give it back unchanged (the engine knows no Django)."""
    return text


class EngineError(ValueError):
    """Something asked of the engine that cannot be done.

    `text` is the English sentence with named places, `values` what goes into them, so that a page can show
    it in another language: `gettext(error.text) % error.values`.
    """

    def __init__(self, text: str, **values: object) -> None:
        """Keep the sentence and its values apart; `str()` joins them in English."""
        super().__init__(text % values if values else text)
        self.text = text
        self.values = values
