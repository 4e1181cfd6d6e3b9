"""Which faces a PDF is set in: the machine's own when they have Chinese, else those of a font package from PyPI."""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from salesyear.engine.messages import EngineError, noop

LATIN: Final = ("Arial", "Liberation Sans", "Noto Sans", "DejaVu Sans")
HAN: Final = ("Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", "SimHei")
PACKAGES: Final = ("noto_cjk_sans_otc", "noto_cjk_sans_sc_regular", "noto_cjk_sans_sc_bold")


class NoFont(EngineError):
    """No face on this machine has Chinese characters, so that a PDF would show empty boxes."""


@lru_cache(maxsize=1)
def font_folders() -> tuple[str, ...]:
    """Folders of installed font packages."""
    found = (find_spec(name) for name in PACKAGES)
    return tuple(str(Path(spec.origin).parent) for spec in found if spec and spec.origin)


@lru_cache(maxsize=1)
def faces() -> tuple[str, ...]:
    """The faces to set text in: Latin first, so that figures look alike in both languages. Raises NoFont."""
    import typst

    families = set(typst.Fonts(font_paths=list(font_folders())).families())
    latin, han = ([name for name in names if name in families] for names in (LATIN, HAN))
    if not han:
        raise NoFont(
            noop("No font with Chinese characters was found. Install one, for example the package %(name)s."),
            name="fonts-noto-cjk",
        )
    return (*latin[:1], han[0])
