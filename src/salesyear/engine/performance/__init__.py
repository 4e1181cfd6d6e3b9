"""How the year goes: when a figure is worth a word, and which sales look better than they are."""
