"""One file that holds everything: every row, every uploaded file, and the proof that both are whole."""
