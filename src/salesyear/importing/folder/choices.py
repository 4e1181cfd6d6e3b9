"""What each file of a folder is taken for: kept in its `folder.toml`, written on first use and read ever after."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from salesyear.engine.messages import EngineError, noop
from salesyear.importing.folder.roles import Names, roles

FILE: Final = "folder.toml"
ORDERS_OF_DATES: Final = ("", "mdy", "dmy")


class WrongChoices(EngineError):
    """A `folder.toml` that says something this program does not understand."""


@dataclass(frozen=True, slots=True)
class Join:
    """Another file whose columns are used here as `file.heading`: rows meet where `own` equals `other`."""

    file: str
    own: str
    other: str


@dataclass(frozen=True, slots=True)
class FileChoice:
    """What one file is (empty: left out), where each column is read from, and the files joined to it.

    A heading written `Store.csv.Name` is the column Name of the joined file Store.csv.
    """

    role: str
    columns: Mapping[str, Names] = field(default_factory=dict)
    joins: tuple[Join, ...] = ()
    dates: str = ""


@dataclass(frozen=True)
class Choices:
    """Everything decided about a folder.

    currency: of amounts that name none (empty: by the language). move_years: None leaves it to the plan's year.
    left_out: order states that are no sale.
    """

    company: str = ""
    currency: str = ""
    move_years: int | None = None
    left_out: tuple[str, ...] = ("cancelled", "canceled", "void", "rejected", "已取消", "取消", "作废")
    files: Mapping[str, FileChoice] = field(default_factory=dict)

    def with_files(self, files: Mapping[str, FileChoice]) -> Choices:
        """These choices with other files."""
        return replace(self, files=dict(files))


def read_choices(path: Path) -> Choices | None:
    """Read a folder's choices; None when nobody has chosen yet. Raises WrongChoices, naming the place."""
    if not path.is_file():
        return None
    try:
        return choices_of(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise WrongChoices(noop("%(file)s cannot be read: %(reason)s"), file=path.name, reason=str(wrong)) from wrong


def choices_of(kept: Mapping[str, Any]) -> Choices:
    """Choices as TOML holds them."""
    files = {name: _file(name, said) for name, said in dict(kept.get("files", {})).items()}
    move = kept.get("move_years")
    if move is not None and not isinstance(move, int):
        raise WrongChoices(noop("move_years is “%(value)s”: write a whole number of years."), value=move)
    left_out = tuple(kept.get("left_out", Choices.left_out))
    return Choices(str(kept.get("company", "")), str(kept.get("currency", "")), move, left_out, files)


def _file(name: str, said: Mapping[str, Any]) -> FileChoice:
    role = said.get("is", "")
    if role and role not in roles():
        text = noop("%(file)s is to be “%(role)s”. It can be: %(roles)s, or empty to leave it out.")
        raise WrongChoices(text, file=name, role=role, roles=", ".join(roles()))
    columns = {column: _names(given) for column, given in said.get("columns", {}).items()}
    strange = sorted(set(columns) - set(roles()[role].columns)) if role else []
    if strange:
        text = noop("%(file)s has no column “%(column)s” as %(role)s. There are: %(columns)s.")
        raise WrongChoices(text, file=name, column=strange[0], role=role, columns=", ".join(roles()[role].columns))
    dates = said.get("dates", "")
    if dates not in ORDERS_OF_DATES:
        raise WrongChoices(noop("dates is “%(value)s”. It must be mdy or dmy."), value=dates)
    return FileChoice(role, columns, tuple(_join(name, one) for one in said.get("with", ())), dates)


def _names(given: Any) -> Names:  # noqa: ANN401 - a text or a list of texts
    return (given,) if isinstance(given, str) else tuple(given)


def _join(name: str, said: Mapping[str, str]) -> Join:
    own, equals, other = str(said.get("on", "")).partition("=")
    if not equals or "file" not in said:
        text = noop("%(file)s: a joined file is written { file = “Store.csv”, on = “StoreId = BusinessEntityID” }.")
        raise WrongChoices(text, file=name)
    return Join(said["file"], own.strip(), other.strip())


def write_choices(path: Path, choices: Choices, comments: Mapping[str, Iterable[str]]) -> None:
    """Write choices for people to look through; `comments` are lines above each file (`""`: at the top)."""
    path.write_text("\n".join(_lines(choices, comments)) + "\n", encoding="utf-8")


def _lines(choices: Choices, comments: Mapping[str, Iterable[str]]) -> list[str]:
    lines = [f"# {line}" for line in comments.get("", ())]
    lines += [f"company = {_quoted(choices.company)}", f"currency = {_quoted(choices.currency)}"]
    move = choices.move_years
    lines += [f"move_years = {move}" if move is not None else "# move_years = 0"]
    lines += [f"left_out = [{', '.join(map(_quoted, choices.left_out))}]"]
    for name, chosen in sorted(choices.files.items(), key=lambda pair: (not pair[1].role, pair[0])):
        lines += ["", *(f"# {line}" for line in comments.get(name, ())), f"[files.{_quoted(name)}]"]
        lines += _file_lines(chosen)
    return lines


def _file_lines(chosen: FileChoice) -> list[str]:
    lines = [f"is = {_quoted(chosen.role)}"]
    if chosen.dates:
        lines.append(f"dates = {_quoted(chosen.dates)}")
    if chosen.joins:
        joins = (
            f"{{ file = {_quoted(one.file)}, on = {_quoted(f'{one.own} = {one.other}')} }}" for one in chosen.joins
        )
        lines += ["with = [", *(f"  {join}," for join in joins), "]"]
    columns = (f"{name} = {_value(headings)}" for name, headings in chosen.columns.items())
    if chosen.columns:
        lines += [f"columns = {{ {', '.join(columns)} }}"]
    return lines


def _value(headings: Names) -> str:
    return _quoted(headings[0]) if len(headings) == 1 else f"[{', '.join(map(_quoted, headings))}]"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
