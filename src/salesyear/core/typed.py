"""What people type for an amount, understood: `1.2万`, `1,200`, full-width digits, `￥ 300`, `2M`."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from unicodedata import normalize

from django.utils.translation import gettext_lazy as _

_TIMES = {"": 0, "k": 3, "千": 3, "万": 4, "m": 6, "百万": 6, "亿": 8, "b": 9}
_AMOUNT = re.compile(r"([+-]?)(\d+(?:\.\d+)?|\.\d+)(k|千|万|m|百万|亿|b|)")
_MOST = Decimal(10) ** 15  # far below what a database's integer holds, far above any plan


class NotAnAmount(ValueError):
    """What was typed is no amount; the text says what would be."""


def typed_minor(text: str, digits: int) -> int | None:
    """Return an amount in whole minor units (`digits` decimals); None when nothing was typed. Raises NotAnAmount."""
    plain = re.sub(r"[\s,'元¥$€]", "", normalize("NFKC", text)).lower()
    if not plain:
        return None
    found = _AMOUNT.fullmatch(plain)
    if not found:
        said = _("“%(text)s” is not an amount. Type it as 12000, 12,000 or 1.2万.")
        raise NotAnAmount(said % {"text": text.strip()})
    sign, number, word = found.groups()
    amount = Decimal(number).scaleb(_TIMES[word])
    if amount > _MOST:
        raise NotAnAmount(_("“%(text)s” is more than can be planned with.") % {"text": text.strip()})
    minor = int(amount.scaleb(digits).quantize(Decimal(1), ROUND_HALF_UP))
    return -minor if sign == "-" else minor
