"""The portal's settings with secrets of their own, in a folder that goes when the tests end.

pytest loads this before any conftest. The folder is handed to the workers of pytest-xdist by the environment:
all use one PostgreSQL, and everything else is apart.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

OWN_FOLDER = "PORTAL_TEST_FOLDER" not in os.environ
if OWN_FOLDER:
    os.environ["PORTAL_TEST_FOLDER"] = tempfile.mkdtemp(prefix="nextens-test-")
    # also when pytest stops before it has read a conftest
    atexit.register(shutil.rmtree, os.environ["PORTAL_TEST_FOLDER"], ignore_errors=True)
TEST_FOLDER = Path(os.environ["PORTAL_TEST_FOLDER"])
os.environ["PORTAL_TEST"] = "1"
os.environ["PORTAL_DATA_DIR"] = str(TEST_FOLDER / os.environ.get("PYTEST_XDIST_WORKER", "main"))
for name in (
    "DATABASE_OWNER_URL",
    "PORTAL_DEMO",
    "PORTAL_LEASH",
    "REDIS_URL",
    "STORAGE_URL",
    "EMAIL_URL",
    "PORTAL_KEY_FILE",
):
    os.environ.pop(name, None)

from portal.run import embedded, environment  # noqa: E402
from portal.settings import *  # noqa: E402, F403, TID251 - the settings under test are the real ones
from portal.settings import DATABASES, KEY_FILE, LOGGING  # noqa: E402, TID251
from portal.vault import create_key_files  # noqa: E402

environment.require_secrets()
EMBEDDED_ROOT = None if os.environ.get("DATABASE_URL") else TEST_FOLDER / "postgres"
if EMBEDDED_ROOT:
    DATABASES["default"] |= embedded.django_settings(EMBEDDED_ROOT)
# The data is thrown away: a commit need not wait for the disk. fsync itself stays as it is.
DATABASES["default"]["OPTIONS"] = {"options": "-c synchronous_commit=off"}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
PASSWORD_HASHERS = ["tests.hashers.FastArgon2", "django.contrib.auth.hashers.Argon2PasswordHasher"]
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
LOGGING["root"]["level"] = "WARNING"
# whitenoise warns of a folder that is not there; tests take static files from their source
STATIC_ROOT = TEST_FOLDER / "staticfiles"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
SIGNING_KEY_FILE = KEY_FILE.with_name("signing.json")
if not KEY_FILE.exists():
    KEY_FILE.parent.mkdir(parents=True, exist_ok=True)
    create_key_files(KEY_FILE, SIGNING_KEY_FILE)
