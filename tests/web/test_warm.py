"""A site that has just started loads its engines by itself, before somebody waits for them."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.once


@pytest.mark.parametrize(("warmed", "there"), [(True, "True"), (False, "False")])
def test_the_engines_are_there_when_the_first_visitor_comes(*, warmed: bool, there: str) -> None:
    code = "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'salesyear.web.settings'; import django;"
    code += "django.setup(); import salesyear.web.urls; from salesyear.web.warm import warm;"
    code += f"{warmed} and warm().join(); print(all(one in sys.modules for one in ('ibis', 'polars', 'duckdb')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == there
