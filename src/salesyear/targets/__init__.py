"""Chapter 1, 目标设定: the number, shared out."""
