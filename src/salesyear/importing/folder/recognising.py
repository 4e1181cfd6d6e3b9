"""What each file of a folder is: by a hint for a known source, by its headings, and by what its columns hold."""

from __future__ import annotations

import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.resources import files as resources
from typing import Final

from salesyear.engine.messages import noop
from salesyear.importing.folder.choices import Choices, FileChoice, choices_of
from salesyear.importing.folder.files import File
from salesyear.importing.folder.findings import Finding, choice, gap
from salesyear.importing.folder.roles import Names, Role, bare, fits, matched, roles

UNIQUE: Final = 0.99  # of its filled cells, so that a column can name the rows of a register
CONTAINED: Final = 0.9  # of the values that refer to a register, found in the column that names its rows
BETTER: Final = 0.1  # by which another column must hold more of them to be taken instead

#: Who refers to which register by which column.
REFERENCES: Final = (
    ("orderlines", "order", "orders"),
    ("orderlines", "customer", "customers"),
    ("orders", "customer", "customers"),
    ("receipts", "customer", "customers"),
    ("orderlines", "product", "products"),
    ("products", "line", "lines"),
    ("orderlines", "rep", "reps"),
    ("orders", "rep", "reps"),
    ("customers", "owner", "reps"),
    ("links", "rep", "reps"),
    ("quotas", "rep", "reps"),
    ("links", "unit", "units"),
    ("reps", "unit", "units"),
    ("customers", "territory", "units"),
)


def recognise(files: Sequence[File], kept: Choices | None) -> tuple[Choices, list[Finding]]:
    """Decide what each file is; what somebody chose stands, the rest is a hint's or a guess.

    The findings say each guess that people may want to overrule.
    """
    start = kept or hint_for(files) or Choices()
    chosen = dict(start.files)
    findings: list[Finding] = []
    for file in files:
        if file.name not in chosen:
            chosen[file.name] = FileChoice("") if start.files and not kept else _guess(file)
    if not start.files:
        findings += _one_of_each(files, chosen)
    known = {file.name for file in files}
    gone = sorted(name for name, one in chosen.items() if one.role and name not in known)
    findings += [gap(name, noop("folder.toml names this file, and it is not in the folder.")) for name in gone]
    chosen = {name: one for name, one in chosen.items() if name not in gone}
    findings += _keys_by_content(files, chosen)
    return start.with_files(chosen), findings


def hint_for(files: Sequence[File]) -> Choices | None:
    """What is known of a published source whose file names these are."""
    names = {file.name for file in files}
    folder = resources("salesyear.importing.folder") / "hints"
    for hint in sorted(folder.iterdir(), key=lambda one: one.name):
        if hint.name.endswith(".toml"):
            kept = tomllib.loads(hint.read_text(encoding="utf-8"))
            if names.issuperset(kept["recognised_by"]):
                return choices_of(kept)
    return None


def _guess(file: File) -> FileChoice:
    """The role most of whose columns are there, among those a file can be at all."""
    found = [(role, matched(role, file.table.headings)) for role in roles().values()]
    possible = [(role, columns) for role, columns in found if fits(role, columns) and _is_unique(role, columns, file)]
    if not possible:
        return FileChoice("")
    role, columns = max(possible, key=lambda pair: len({one for names in pair[1].values() for one in names}))
    return FileChoice(role.name, columns)


def _is_unique(role: Role, columns: Mapping[str, Names], file: File) -> bool:
    if not role.unique:
        return True
    cells = [cell for cell in cells_of(file, columns[role.unique]) if cell]
    return len(set(cells)) >= UNIQUE * len(cells) > 0


def cells_of(file: File, headings: Names) -> list[str]:
    """The cells under a heading, or under several joined by a blank; of a joined file's heading nothing."""
    places = [file.table.headings.index(heading) for heading in headings if heading in file.table.headings]
    if len(places) == 1:
        return list(file.table.columns[places[0]])
    rows = zip(*(file.table.columns[place] for place in places), strict=True)
    return [" ".join(cell for cell in row if cell) for row in rows]


def _one_of_each(files: Sequence[File], chosen: dict[str, FileChoice]) -> Iterator[Finding]:
    """Keep files of one role with the same headings (months of an export), and of others the longest."""
    by_role: dict[str, list[File]] = defaultdict(list)
    for file in files:
        if chosen[file.name].role not in ("", "units", "links"):
            by_role[chosen[file.name].role].append(file)
    for same in by_role.values():
        longest = max(same, key=lambda file: file.table.height)
        for file in same:
            if file is not longest and (text := _left_out(file, longest, same)):
                chosen[file.name] = FileChoice("")
                yield choice(file.name, text, _OVERRULE, other=longest.name)


def _left_out(file: File, longest: File, same: Sequence[File]) -> str:
    if set(map(bare, file.table.headings)) != set(map(bare, longest.table.headings)):
        return noop("left out: %(other)s is of the same kind and has more rows.")
    before = same[: same.index(file)]
    twin = next((one for one in (*before, longest) if _same_rows(one, file)), None)
    return noop("left out: it holds the same rows as %(other)s.") if twin else ""


_OVERRULE: Final = noop("Write is = “…” for it in folder.toml to use it.")


def _same_rows(one: File, other: File) -> bool:
    """Whether two files hold the same rows: the cells of the column that tells most rows apart are the same in both."""
    if one is other or one.table.height != other.table.height:
        return False
    telling = max(one.table.headings, key=lambda heading: len(set(cells_of(one, (heading,)))))
    pairs = zip(cells_of(one, (telling,)), cells_of(other, (telling,)), strict=False)
    return telling in other.table.headings and all(whole(left) == whole(right) for left, right in pairs)


def _keys_by_content(files: Sequence[File], chosen: dict[str, FileChoice]) -> Iterator[Finding]:
    """Let a register's rows be named by the column that holds what the other files say, whatever its heading."""
    by_name = {file.name: file for file in files}
    wanted: dict[str, list[set[str]]] = defaultdict(list)
    for register, cells in _referring(by_name, chosen):
        wanted[register].append(cells)
    for name, one in sorted(chosen.items()):
        if one.role in roles() and (unique := roles()[one.role].unique) and wanted[one.role] and name in by_name:
            better = _better_key(by_name[name], one.columns[unique], wanted[one.role])
            if better:
                chosen[name] = replace(one, columns={**one.columns, unique: (better,)})
                text = noop("its rows are named by “%(heading)s”: the other files refer to that column.")
                yield choice(name, text, heading=better)


def _referring(by_name: Mapping[str, File], chosen: Mapping[str, FileChoice]) -> Iterator[tuple[str, set[str]]]:
    """What each column that refers to a register holds, with the register; empty columns left out."""
    for name, one in chosen.items():
        columns = [(column, register) for role, column, register in REFERENCES if one.role == role]
        for column, register in columns if name in by_name else []:
            cells = {whole(cell) for cell in cells_of(by_name[name], one.columns.get(column, ())) if cell}
            if cells:
                yield register, cells


def _better_key(file: File, now: Names, wanted: Iterable[set[str]]) -> str:
    """The heading whose cells hold more of what refers to the file than the present one's; empty when none does."""
    every = list(wanted)
    present = _held(cells_of(file, now), every)
    if present >= CONTAINED:
        return ""
    held = Counter({heading: _held(cells_of(file, (heading,)), every) for heading in file.table.headings})
    best, share = held.most_common(1)[0]
    return best if share > present + BETTER else ""


def _held(cells: Iterable[str], wanted: Sequence[set[str]]) -> float:
    """The share of the values of each set found among the cells, the mean over the sets."""
    there = set(map(whole, cells))
    return sum(len(one & there) / len(one) for one in wanted) / len(wanted)


def whole(text: str) -> str:
    """A key that was exported as a float (`1045.0`) as what it is (`1045`)."""
    return text[:-2] if text.endswith(".0") and text[:-2].lstrip("-").isdigit() else text
