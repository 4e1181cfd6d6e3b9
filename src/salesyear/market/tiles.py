"""A map of tiles: the provinces of China where they roughly lie, each as large as the next; our own drawing.

A tile map shows every province alike, so that a small one with a large figure is seen. Units that are no Chinese
provinces make a plain list of tiles.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

# Row by row from the north; a dot is empty. Two signs name a province and no other.
_DRAWN = """
  .... .... .... .... .... .... .... 黑龙
  新疆 .... .... .... 内蒙 北京 辽宁 吉林
  .... 青海 甘肃 宁夏 山西 河北 天津 ....
  西藏 .... 四川 陕西 河南 山东 .... ....
  .... .... .... 重庆 湖北 安徽 江苏 ....
  .... 云南 .... 贵州 湖南 江西 浙江 上海
  .... .... .... 广西 广东 福建 .... 台湾
  .... .... .... 海南 澳门 香港 .... ....
"""
PLACES: Mapping[str, tuple[int, int]] = {
    name: (row, column)
    for row, line in enumerate(_DRAWN.split("\n")[1:-1], start=1)
    for column, name in enumerate(line.split(), start=1)
    if not name.startswith(".")
}
SHADES = 5


def place_of(name: str) -> tuple[int, int] | None:
    """Return the row and the column of a province's tile; None for anything else."""
    return PLACES.get(name.strip()[:2])


def drawn_as_map(names: Iterable[str]) -> bool:
    """Whether most of these are Chinese provinces, so that they make a map."""
    known = [place_of(name) is not None for name in names]
    return len(known) > 2 and 2 * sum(known) > len(known)


def shades(values: Mapping[int, float | None]) -> dict[int, int]:
    """Return 1 (least) to 5 (most) for each value, equally many of each where they differ; 0 for none."""
    known = sorted({value for value in values.values() if value is not None})
    rank = {value: 1 + SHADES * place // len(known) for place, value in enumerate(known)}
    return {key: 0 if value is None else rank[value] for key, value in values.items()}
