"""Workers are killed in the middle of an undo: the office is what it was before the migration."""

import random
from collections import Counter

import pytest

from migrations_app import retention, undoing
from migrations_app.importing import running
from migrations_app.models import Undo, UndoTally
from migrations_app.retention import orphans
from migrations_app.undoing.removing import STAGES
from migrations_app.undoing.running import MOST_ATTEMPTS
from portal.office.models import AuditEvent
from tests.contents import content_hash
from tests.faults.content import content, unnamed_files, verdict
from tests.faults.night import held, pause, soon
from tests.migrations_app.files import SOURCES, client, document, migration_file, part, tax_return

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

PAPERS = {f"documents/{number}.pdf": b"%%PDF-1.7 aangifte %d" % number for number in range(12)}


def file(first, last, amount, paths):
    """Clients and returns of these numbers: what two files share, the later one changes."""
    clients = [client(f"K{number}", phone=f"0318-{amount}") for number in range(first, last, 2)]
    returns = [
        tax_return(f"A{number}", of=f"K{number // 2 * 2}", amount=amount) for number in range(first, last)
    ]
    papers = {path: PAPERS[path] for path in paths}
    for each, (path, paper) in zip(returns, papers.items(), strict=False):
        each["document"] = document(path, paper)
    return migration_file(
        part("clients", *clients), part("returns", *returns), documents=papers, sources=SOURCES[:1]
    )


FIRST, SECOND = file(0, 600, 5, list(PAPERS)[:8]), file(300, 1200, 7, list(PAPERS)[4:])


@pytest.fixture
def imported(queued):
    """A second migration into an office of its own, and what the office was before it."""

    def make():
        with held():
            running.run((first := queued(FIRST)).pk, at_once=True)
            before = state(first.office)
            job = queued(SECOND, member=first.created_by.membership)
            running.run(job.pk, at_once=True)
        job.refresh_from_db()
        assert (job.records_done, job.parts.last().updated) == (1_350, 300)
        assert state(job.office) != before
        return job, before

    return make


@pytest.fixture
def approved(imported, night):
    """Such a migration, with an undo that the next sweep finds; `fate` befalls who works on it."""

    def make(**fate):
        job, before = imported()
        said = told(job)
        undoing.ask(job, by=job.created_by)
        undoing.plan(job.pk)
        if fate:
            night.fate(job, **fate)
        assert undoing.approve(job, by=job.created_by)
        return job, before, said

    return make


def state(office):
    return content_hash(office), content(office)


def told(job):
    """What was said of the import, which its undo leaves as it is."""
    return {name: said for name, said in verdict(job.pk).items() if name != "state"}


def tallies(job, *, is_plan):
    rows = UndoTally.objects.filter(undo__job=job, is_plan=is_plan)
    return sorted(rows.values_list("kind", "action", "reason", "count"))


def undone(*all_of_them):
    """Wait until each is over."""
    left = Undo.objects.filter(job__in=[job for job, *_ in all_of_them]).exclude(state="done")
    soon(lambda: not left.exists(), 120)


def assert_undone(job, before, said):
    """As if it never was, counted as announced, with one line in the trail and no mail more."""
    job.refresh_from_db()
    assert (job.status, job.lease_expires_at) == ("undone", None)
    assert state(job.office) == before
    assert tallies(job, is_plan=False) == tallies(job, is_plan=True)
    assert told(job) == said
    acts = Counter(AuditEvent.objects.filter(target_id=job.pk).values_list("act", flat=True))
    assert (acts["migration.undo_approved"], acts["migration.undone"]) == (1, 1)


@pytest.fixture
def undisturbed(night, approved):
    """Commits and seconds of an undo that nothing befell; the workers still run."""
    night.start()
    first = approved()
    undone(first)
    assert_undone(*first)
    undo = Undo.objects.get(job=first[0])
    return night.commits(first[0]), (undo.done_at - undo.approved_at).total_seconds()


def test_killed_at_commits_and_at_any_moment(night, approved, undisturbed, monkeypatch):
    commits, seconds = undisturbed
    assert commits > len(STAGES) + 2
    chance = random.Random(20261122)
    # after a commit what came before it is there; before one everything since the last is lost
    fates = [{"at": at, "when": "after"} for at in (1, commits // 3, commits * 2 // 3, commits)]
    fates += [{"at": at, "when": "before"} for at in (2, commits // 2, commits)]
    moments = [{"seconds": chance.uniform(0, seconds)} for _ in range(3)]
    jobs = [approved(**fate) for fate in fates + moments]

    undone(*jobs)
    assert all(night.befell(job) for job, *_ in jobs[: len(fates)])
    for each in jobs:
        assert_undone(*each)
    monkeypatch.setattr(orphans, "OLD", orphans.OLD * 0)
    retention.sweep_store()
    assert unnamed_files() == set()


def test_killed_again_and_again(night, approved):
    """More often than it may die without progress: what is done is never done again."""
    each = approved(at=4, when="after")
    night.start()
    deaths = 0
    while Undo.objects.filter(job=each[0], state__in=("approved", "running")).exists():
        if night.befell(each[0]):
            deaths += 1
            (night.plan / f"{each[0].pk}.done").unlink()
        pause(0.05)

    assert deaths > MOST_ATTEMPTS
    assert_undone(*each)
