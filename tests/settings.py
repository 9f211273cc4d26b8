"""Settings of the test run: the product's own, with a home and a server for tests."""

import os

from open12345.project import connections, home
from open12345.project.cluster import THROWAWAY, Cluster

os.environ["OPEN12345_HOME"] = os.environ.get("OPEN12345_TEST_HOME", str(home.CHECKOUT / "var" / "tests"))
os.environ["MPLCONFIGDIR"] = str(home.home() / "matplotlib")  # the font list it keeps; else in the folder of a person
CLUSTER = Cluster(home.home(), THROWAWAY) if connections.is_embedded() else None

from open12345.project.settings import *  # noqa: E402, F403

for _alias in DATABASES.values():  # noqa: F405
    _alias["OPTIONS"].pop("pool", None)  # a pool outlives the test's thread; `serve` tests use the real one
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
ALLOWED_HOSTS = ["*"]
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True  # no collectstatic for tests
PACK_CACHE_SECONDS = 60  # steady query counts
