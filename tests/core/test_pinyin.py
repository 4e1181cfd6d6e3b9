"""Chinese text by its sound, from the order of GB 2312."""

from __future__ import annotations

import pytest

from salesyear.core.pinyin import initials, sort_key

pytestmark = pytest.mark.once


def test_initials_as_they_are_typed() -> None:
    assert initials("晋城晋恩") == "jcje"
    assert initials("ABC 公司") == "abcgs"
    assert initials("北京上海广东中南") == "bjshgdzn"


def test_a_rare_character_has_no_initial_and_does_no_harm() -> None:
    assert initials("鑫鑫贸易") == "my"
    assert initials("") == ""


def test_names_sort_by_sound() -> None:
    names = ["赵磊", "安静", "李娜", "Zoe", "陈静"]
    assert sorted(names, key=sort_key) == ["Zoe", "安静", "陈静", "李娜", "赵磊"]
