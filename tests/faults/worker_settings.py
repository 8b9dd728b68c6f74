"""The portal's settings for the processes of these tests: a database and a pace of the test's choice."""

import json
import os

from portal.settings import *  # noqa: F403, TID251 - the settings under test are the real ones
from portal.settings import CELERY_BEAT_SCHEDULE, DATABASES, INSTALLED_APPS  # noqa: TID251

FAULTS = json.loads(os.environ["FAULTS"])
DATABASES["default"] |= FAULTS["database"]
INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.hooks.Hooks"]
# the sweep alone, at a pace that a test can wait for
CELERY_BEAT_SCHEDULE = {"dispatch-due": CELERY_BEAT_SCHEDULE["dispatch-due"] | {"schedule": FAULTS["sweep"]}}
# two schedulers are on two machines
CELERY_BEAT_SCHEDULE_FILENAME = f"{os.environ['PORTAL_DATA_DIR']}/beat/schedule-{os.getpid()}"
CELERY_BEAT_MAX_LOOP_INTERVAL = FAULTS["sweep"]
