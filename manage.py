#!/usr/bin/env python
"""Django's command line. Without any configuration it works on the checkout's own demo data."""

from __future__ import annotations

import os
import sys

from portal.run import environment, leash


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    environment.default_to_demo()
    environment.require_secrets()
    leash.hold()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
