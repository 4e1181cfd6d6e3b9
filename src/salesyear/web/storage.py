"""Static files with the hash of their content in their names, also where one of our scripts imports another."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage

_, _IMPORTS = HashedFilesMixin._js_module_import_aggregation_patterns  # noqa: SLF001 - Django's own, switched on for all files or none


class Storage(CompressedManifestStaticFilesStorage):
    """Whitenoise's storage, which writes the hashed names into the `import` lines of our own modules as well.

    Only ours: other packages' scripts name files in comments that are not there.
    """

    patterns: ClassVar = (*CompressedManifestStaticFilesStorage.patterns, ("web/*.js", _IMPORTS))
