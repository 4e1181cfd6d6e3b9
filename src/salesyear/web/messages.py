"""The texts of the product and their Chinese: `python -m salesyear.web.messages collect|take|check|compile`.

collect  gather every marked sentence of the code and the templates into the catalogue
take     put translations from other catalogues (`take FILE...`) where this one has none
check    fail when the catalogue is out of date, or a sentence untranslated, doubtful or with other places in it
compile  write the catalogue in the form that is read at run time
Babel reads the code, Django turns its templates into code: no GNU gettext is needed.
"""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

SOURCE = Path(__file__).parents[1]
CATALOGUE = Path(__file__).parent / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
LOCALE = "zh_Hans"
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop", "noop")),
    "EngineError": (1,),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
# Fixed, so that the file changes only where a sentence does.
HEADER = """# Salesyear in Simplified Chinese.
msgid ""
msgstr ""
"Language: zh_Hans\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""
_PLACES = re.compile(r"%\((\w+)\)[sdif]|%[sd]|\{(\w+)\}")
Found = tuple[str, str | tuple[str, ...], str | None]


def collected() -> Catalog:
    """Return a catalogue of every marked sentence, each with the files where it stands."""
    catalogue = Catalog(locale=LOCALE, project="Salesyear", charset="utf-8", fuzzy=False)
    for place, sentence, context in _sentences():
        catalogue.add(sentence, locations=[(place, 0)], context=context)
    return catalogue


def kept() -> Catalog:
    """Return the catalogue as it is in the repository."""
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale=LOCALE)


def merged(new: Catalog, *old: Catalog) -> Catalog:
    """Return the new sentences with their translations from the old catalogues, the first that has one."""
    for message in _messages(new):
        known = (_same(message, catalogue) for catalogue in old)
        translation = next((one.string for one in known if one and _whole(one) and not one.fuzzy), None)
        if translation:
            message.string = translation
    return new


def collect() -> int:
    """Bring the catalogue up to date."""
    _write(merged(collected(), *([kept()] if CATALOGUE.exists() else [])))
    return 0


def take(files: list[str]) -> int:
    """Bring the catalogue up to date, and fill what is missing from other catalogues."""
    others = []
    for name in files:
        with Path(name).open("rb") as file:
            others.append(read_po(file, locale=LOCALE))
    _write(merged(collected(), *([kept()] if CATALOGUE.exists() else []), *others))
    return 0


def check() -> int:
    """Name everything that is wrong with the catalogue; 1 when anything is."""
    wrong = problems(collected(), kept())
    sys.stdout.writelines(f"{line}\n" for line in wrong)
    sys.stdout.write(f"{len(_messages(kept()))} messages, {len(wrong)} problems\n")
    return 1 if wrong else 0


def compile_() -> int:
    """Write the .mo beside the .po, whole at once: another process may be reading it."""
    body = io.BytesIO()
    write_mo(body, kept())
    part = CATALOGUE.with_suffix(f".{os.getpid()}.part")
    part.write_bytes(body.getvalue())
    part.replace(CATALOGUE.with_suffix(".mo"))
    return 0


def problems(new: Catalog, old: Catalog) -> list[str]:
    """Return one line for each thing wrong: missing, left over, untranslated, doubtful, other places."""
    lines = [f"not collected: {_id(message)!r}" for message in _messages(new) if not _same(message, old)]
    lines += [f"no longer used: {_id(message)!r}" for message in _messages(old) if not _same(message, new)]
    return lines + [f"{wrong}: {_id(message)!r}" for message in _messages(old) if (wrong := _wrong(message))]


def _wrong(message: Message) -> str:
    if not _whole(message):
        return "untranslated"
    if message.fuzzy:
        return "doubtful (fuzzy)"
    return "other places in the translation" if _places(message.id) != _places(message.string or ()) else ""


def _sentences() -> Iterator[Found]:
    for path in sorted(SOURCE.rglob("*.py")):
        yield from _extracted(path, path.read_text(encoding="utf-8"))
    for path in sorted((*SOURCE.rglob("templates/**/*.html"), *SOURCE.rglob("templates/**/*.txt"))):
        text = templatize(path.read_text(encoding="utf-8"), origin=str(path))
        # What is left of the template is blanked out, but its indentation would trouble Python's reader.
        yield from _extracted(path, "\n".join(line.lstrip() for line in text.splitlines()))


def _extracted(path: Path, code: str) -> Iterator[Found]:
    place = path.relative_to(SOURCE).as_posix()
    for _line, sentence, _comments, context in extract("python", io.BytesIO(code.encode()), KEYWORDS):
        if sentence:
            yield place, sentence, context


def _messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def _same(message: Message, catalogue: Catalog) -> Message | None:
    return catalogue.get(_id(message), context=message.context)


def _id(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _whole(message: Message) -> bool:
    strings = [message.string] if isinstance(message.string, str) else list(message.string or ())
    return all(strings) and bool(strings)


def _places(text: str | list[str] | tuple[str, ...]) -> set[str]:
    texts = [text] if isinstance(text, str) else text
    return {found.group(0) for one in texts for found in _PLACES.finditer(one)}


def _write(catalogue: Catalog) -> None:
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    body = io.BytesIO()
    write_po(body, catalogue, sort_output=True, width=110, include_lineno=False, ignore_obsolete=True, omit_header=True)
    CATALOGUE.write_text(HEADER + body.getvalue().decode(), encoding="utf-8")


def main(words: list[str]) -> int:
    """Run one of the commands; 2 for a word that is none."""
    commands = {"collect": collect, "check": check, "compile": compile_}
    if words[:1] == ["take"]:
        return take(words[1:])
    if len(words) == 1 and words[0] in commands:
        return commands[words[0]]()
    sys.stderr.write(f"{__doc__}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
