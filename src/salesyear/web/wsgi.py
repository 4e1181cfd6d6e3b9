"""The entry for gunicorn."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from salesyear.web.warm import warm

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "salesyear.web.settings")
application = get_wsgi_application()
warm()
