"""What somebody sees of a field they may not see whole."""

from __future__ import annotations

import pytest

from salesyear.core.masks import mask_email, mask_name, mask_phone, mask_whole

pytestmark = pytest.mark.once


def test_names_keep_their_ends() -> None:
    assert [mask_name(name) for name in ("仲孙妮", "仲妮", "妮", "", "Margaret")] == [
        "仲*妮",
        "仲*",
        "妮*",
        "",
        "M***t",
    ]


def test_phones_keep_three_and_four_figures() -> None:
    assert mask_phone("186 1234 1402") == "186****1402"
    assert mask_phone("+1-555") == "****"
    assert mask_phone("") == ""


def test_addresses_keep_nothing_of_the_person() -> None:
    assert mask_email("zhong@example.com") == "z***@example.com"
    assert mask_whole("中山路 1 号") == mask_whole("x") == "***"
