"""The door a web server calls."""

import gc
import os
import sys
from typing import Final

from django.core.wsgi import get_wsgi_application

#: Seconds for which one request may keep the interpreter to itself while another has its rows and waits to go on. By
#: Python's own 5 ms each of a page's statements costs up to that much more as soon as a second request is under way.
SWITCH: Final = 0.0005

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "open12345.project.settings")
application = get_wsgi_application()
sys.setswitchinterval(SWITCH)
gc.collect()
gc.freeze()  # what is loaded now stays: no collection in the midst of a request walks through it again
