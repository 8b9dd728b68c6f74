"""Once before the containers start: the schema, and the bucket of the object store."""

from __future__ import annotations

import os

from botocore.exceptions import ClientError

from portal.run import environment


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    environment.require_secrets()
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False)
    make_bucket()


def make_bucket() -> None:
    """The bucket of STORAGE_URL; nothing when it is there, or when files are kept in a folder."""
    from django.core.files.storage import storages

    storage = storages["default"]
    bucket = getattr(storage, "bucket", None)
    if bucket is None:
        return
    try:
        bucket.meta.client.head_bucket(Bucket=bucket.name)
    except ClientError as exc:
        if exc.response["Error"]["Code"] not in {"404", "NoSuchBucket"}:
            raise
        bucket.create()


if __name__ == "__main__":
    main()
