"""Coins that belong to a name: the same seed and key give the same number whatever came before."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]


def name_words(names: Iterable[Hashable]) -> Words:
    """One 64-bit word per name, from BLAKE2 of the name's text: (names,)."""
    digests = b"".join(hashlib.blake2b(str(name).encode(), digest_size=8).digest() for name in names)
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)


def mix(words: Words) -> Words:
    """Scramble counters into independent-looking words (the finaliser of SplitMix64, Steele et al. 2014)."""
    words = words + np.uint64(0x9E3779B97F4A7C15)
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))


def cross_words(rows: Words, columns: Words, seed: int) -> Words:
    """One word per (row, column) from the words of the row's and the column's names and a seed: (rows,
    columns)."""
    start = np.array([seed % 2**64], dtype=np.uint64)
    return mix(mix(rows ^ mix(start))[:, None] ^ columns[None, :])
