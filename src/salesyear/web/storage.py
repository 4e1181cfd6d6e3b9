"""Static files with the hash of their content in their names, also where one of our scripts imports another."""

from __future__ import annotations

from typing import ClassVar

from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]  # it ships none

IMPORT = (r'(?P<matched>from "(?P<url>\.[^"]+)")', 'from "%(url)s"')


class Storage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # untyped
    """Whitenoise's storage, which writes the hashed names into the `import` lines of our own modules as well.

    Only ours: other packages' scripts name files in comments that are not there.
    """

    patterns: ClassVar = (*CompressedManifestStaticFilesStorage.patterns, ("web/*.js", (IMPORT,)))
