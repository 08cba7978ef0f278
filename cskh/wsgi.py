"""The WSGI application."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cskh.settings.base")
os.environ.setdefault("DATABASE_LOCK_SECONDS", "10")  # people ask here: nobody waits for another without end

application = get_wsgi_application()
