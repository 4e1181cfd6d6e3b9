"""The regions and territories of a folder: from a file of them, or from the columns that name them beside the sales."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from salesyear.importing.folder.joining import Rows, height_of

COMPANY: Final = "COMPANY"
CONTAINED: Final = 0.9


@dataclass
class Places:
    """Units by code: name, the code above, and how codes and names of files are understood."""

    company: str
    names: dict[str, str] = field(default_factory=dict)
    above: dict[str, str] = field(default_factory=dict)
    _by_word: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of_register(cls, company: str, rows: Rows) -> Places:
        """Take units from files of them; whatever they belong to that is no unit itself becomes a region."""
        places = cls(company)
        codes, names = rows.get("code", []), rows.get("name", [])
        parents = rows.get("parent", [""] * len(codes))
        for code, name in zip(codes, names, strict=True):
            if code:
                places._add(code, name or code)
        for code, parent in zip(codes, parents, strict=True):
            if code and parent and parent != code:
                places.above[code] = places.code_of(parent) or places._add(_free(parent, places.names), parent)
        return places

    def _add(self, code: str, name: str, above: str = "") -> str:
        self.names.setdefault(code, name)
        self.above.setdefault(code, above)
        self._by_word.setdefault(code, code)
        self._by_word.setdefault(name, code)
        return code

    def code_of(self, word: str) -> str:
        """The code of a unit by its code or name; empty when unknown."""
        return self._by_word.get(word, "")

    def understands(self, words: Iterable[str]) -> bool:
        """Whether nearly all words of a column name units."""
        named = [word for word in words if word]
        return bool(named) and sum(bool(self.code_of(word)) for word in named) >= CONTAINED * len(named)

    def add_named(self, regions: list[str], territories: list[str]) -> list[str]:
        """Make units of what columns name; returns each row's unit. A name in two regions is one unit in each."""
        homes: dict[str, set[str]] = defaultdict(set)
        for region, territory in zip(regions, territories, strict=True):
            homes[territory].add(region)
        found: dict[tuple[str, str], str] = {}
        for region, territory in sorted(set(zip(regions, territories, strict=True))):
            above = self._add(region, region) if region else ""
            code = territory if len(homes[territory]) == 1 and territory not in self.names else f"{region}-{territory}"
            found[region, territory] = self._add(code, territory, above) if territory else above
        return [found[pair] for pair in zip(regions, territories, strict=True)]

    def rows(self) -> list[tuple[str, str, str, str]]:
        """Every unit, the company first and whatever is above before what is below: code, name, level, above."""
        made = [(COMPANY, self.company, "company", "")]
        parents = {above for above in self.above.values() if above}
        waiting = dict(self.names)
        while waiting:
            ready = [code for code in waiting if self.above[code] not in waiting]
            for code in ready or list(waiting):
                level = "territory" if self.above[code] and code not in parents else "region"
                made.append((code, waiting.pop(code), level, self.above[code] or COMPANY))
        return made

    def common(self, codes: Iterable[str]) -> str:
        """The unit itself when there is one, else the lowest one that is above all of them; empty when none is."""
        lines = [self._line(code) for code in dict.fromkeys(codes) if code in self.names]
        if not lines:
            return ""
        return next((code for code in lines[0] if all(code in line for line in lines)), "")

    def _line(self, code: str) -> list[str]:
        line: list[str] = []
        while code and code not in line:
            line.append(code)
            code = self.above.get(code, "")
        return line


def _free(name: str, taken: Mapping[str, str]) -> str:
    return name if name not in taken else f"{name}*"


def places_of(company: str, register: Rows, naming: Rows) -> tuple[Places, list[str]]:
    """The units, and the unit that each row of `naming` (the sales, or else the customers) says it belongs to."""
    places = Places.of_register(company, register)
    height = height_of(naming)
    nothing = [""] * height
    territories = naming.get("territory") or nothing
    regions = naming.get("region") or nothing
    if places.names:
        for words in (territories, regions):
            if places.understands(words):
                return places, [places.code_of(word) for word in words]
        return places, nothing
    if not any(territories) and any(regions):
        territories = naming.get("province") or nothing
    return places, places.add_named(regions, territories)
