"""The door a web server calls."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "open12345.project.settings")
application = get_wsgi_application()
