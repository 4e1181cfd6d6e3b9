"""Case 30: text that begins like a formula is inert in a file, and comes back as it was."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesyear.core.inert import inert, plain

pytestmark = pytest.mark.once
RISKY = "=+-@\t\r\n＝＋－＠"


@pytest.mark.parametrize("first", RISKY)
def test_every_risky_beginning_is_made_inert(first: str) -> None:
    text = f"{first}HYPERLINK(1)"
    assert inert(text) == f"'{text}"
    assert plain(inert(text)) == text


def test_ordinary_text_stays_as_it_is() -> None:
    for text in ("", "晋城=1", "it's", "'quoted'", " =1"):
        assert inert(text) == text
        assert plain(text) == text


@settings(derandomize=True, max_examples=500, deadline=None)
@given(st.text(alphabet="'=+-@＝a\t\r\n", max_size=8) | st.text(max_size=20))
def test_out_and_in_again_is_the_identity(text: str) -> None:
    assert plain(inert(text)) == text
    assert inert(text)[:1] not in RISKY or not text
