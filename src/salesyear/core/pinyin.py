"""Chinese text by sound: sorting by pinyin and finding by initials, from the order of GB 2312's first level.

The 3,755 first-level characters stand in GB 2312 (1980, rows 16 to 55) in the order of their pinyin, so their code
is a sort key and tells the first letter. Rarer characters stand by radical: they sort last and have no initial.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BinaryField, Func

# The first character of each initial in GB 2312 (there is no i, u or v in pinyin).
_FIRST = "啊芭擦搭蛾发噶哈击喀垃妈拿哦啪期然撒塌挖昔压匝"
_LETTERS = "abcdefghjklmnopqrstwxyz"
_CODES = [character.encode("gb2312") for character in _FIRST]
_END = "座".encode("gb2312")


def sort_key(text: str) -> bytes:
    """Return bytes that sort Chinese text by pinyin and Latin text before it."""
    return text.casefold().encode("gb18030", "replace")


def initials(text: str) -> str:
    """Return the letters one types for a text: 晋城晋恩 is jcje, ABC公司 is abcgs."""
    return "".join(_initial(character) for character in text.casefold())


def _initial(character: str) -> str:
    if character.isascii():
        return character if character.isalnum() else ""
    code = character.encode("gb2312", "ignore")
    if len(code) != 2 or not _CODES[0] <= code <= _END:
        return ""
    return _LETTERS[bisect_right(_CODES, code) - 1]


class PinyinKey(Func):
    """The sort key inside the database: a function of our own on SQLite, a conversion on PostgreSQL."""

    function = "salesyear_pinyin"
    arity = 1
    output_field = BinaryField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:  # noqa: ANN401 - Django's own signature
        """Let PostgreSQL convert: the bytes of GB 18030 sort as in `sort_key`."""
        template = "convert_to(lower(%(expressions)s), 'GB18030')"
        return self.as_sql(compiler, connection, template=template, **context)


def add_to_sqlite(connection: BaseDatabaseWrapper, **_: object) -> None:
    """Give a new SQLite connection the function `PinyinKey` calls (receiver of `connection_created`)."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("salesyear_pinyin", 1, _key_or_none, deterministic=True)


def _key_or_none(text: str | None) -> bytes | None:
    return None if text is None else sort_key(text)
