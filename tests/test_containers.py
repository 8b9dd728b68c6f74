"""Without a container engine: the files agree with each other and with the program."""

import re
from pathlib import Path

import pytest
import yaml

from portal.run.process import PROCESSES

ROOT = Path(__file__).resolve().parents[1]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
EXAMPLE = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
# what only tests, tools and other people's programs read
ELSEWHERE = {
    "DJANGO_SETTINGS_MODULE",
    "PORTAL_TEST",
    "PORTAL_LEASH",
    "HTTP_X_FORWARDED_PROTO",
    "PROMETHEUS_MULTIPROC_DIR",
}
READ = re.compile(r"""(?:environ\.get|environ\[|env\.\w+|is_on|_number)\(?\(?["']([A-Z_]+)["']""")


def test_every_process_of_the_portal_has_a_service():
    commands = {service["command"][-1] for service in OURS.values()}
    assert commands == {*PROCESSES, "portal.run.prepare"}


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"prepare"}))
def test_every_service_that_stays_is_checked(name):
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_a_service_waits_for_services_that_exist_and_are_checked():
    for service in SERVICES.values():
        for name, how in service.get("depends_on", {}).items():
            healthy = how["condition"] == "service_healthy"
            assert ("healthcheck" in SERVICES[name]) is healthy


def test_every_secret_is_declared_and_reaches_its_variable():
    for name, service in SERVICES.items():
        mounted = set(service.get("secrets", []))
        named = (
            {Path(v).name for v in service["environment"].values() if str(v).startswith("/run/secrets/")}
            if "environment" in service
            else set()
        )
        assert named == mounted, name
        assert mounted <= set(COMPOSE["secrets"])


def test_only_the_signing_service_gets_the_signing_key():
    assert [name for name, service in SERVICES.items() if "signing_key" in service.get("secrets", [])] == [
        "signing"
    ]


def test_nothing_that_stays_reaches_the_database_as_its_owner():
    names = [name for name, service in SERVICES.items() if "database_owner_url" in service.get("secrets", [])]
    assert names == ["prepare"]


def test_every_variable_is_in_the_example():
    given = {name for service in OURS.values() for name in service["environment"]}
    read = {name for path in sources() for name in READ.findall(path.read_text())} - ELSEWHERE
    assert given | read == (given | read) & EXAMPLE
    assert len(read) > 15


def test_nothing_listens_beyond_loopback():
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports == ["127.0.0.1:8000:8000"]


def test_the_image_runs_as_somebody_and_copies_what_is_there():
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert "USER portal" in lines
    kept = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    missing = [name for name in kept if not (ROOT / name).exists()]
    assert missing == []


def sources():
    for top in ("portal", "certificates", "migrations_app"):
        yield from (ROOT / top).rglob("*.py")
    yield ROOT / "manage.py"
