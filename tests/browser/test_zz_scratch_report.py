import io
import pytest
from playwright.sync_api import Browser
from django.utils import timezone
from migrations_app import undoing, retention
from migrations_app.migration_file import Preset, write_preset
from portal.dossiers.models import TaxReturn, Client as C
from portal.dossiers.services import unlock
from portal.office.logos import set_logo
from portal.office.pictures import redraw
from tests.browser.rendered import Album, shown
from tests.browser.test_accessibility import AXE, WCAG, look
from tests.migrations_app.conftest import certificates, checked, imported, received, stored  # noqa: F401
from tests.migrations_app.files import DATABASE, client, migration_file, part, tax_return
from tests.people import logged_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]

def test_it(browser, imported, certificates, administrator):
    out = io.BytesIO(); write_preset(out, Preset.STAPPENPLAN, office_number="12345678")
    seed = imported(out.getvalue(), by=administrator)
    job = imported(migration_file(
        part("clients", client(name="Administratiekantoor Van der Hoogenbergh-Westerterp & Zonen Noordoost B.V.")),
        part("returns", *(tax_return(f"A{n}", amount=1234567.5 + n) for n in range(6)), tax_return("B1", tax_year=2014, period="2014"), *(tax_return(f"C{n}", of="K9", amount=5) for n in range(60)), product="BasWin", product_year=2019),
        part("clients", client("D1", rsin="123456782"), source=DATABASE, path="d.jsonl"),
        part("returns", tax_return("D2", of="D1"), source=DATABASE, path="e.jsonl"),
    ), by=administrator)
    unlock(TaxReturn.objects.get(record_key="A1"), by=administrator)
    web = logged_in(administrator)
    album = Album()
    base = f"/instellingen/migratie/{job.pk}/"
    album.get(web, f"/instellingen/migratie/{seed.pk}/")
    album.get(web, base)
    album.get(web, base + "regels/")
    album.get(web, base + "probeer-opnieuw/")
    album.get(web, base + "bestand-vernietigen/")
    album.get(web, base + "ongedaan-maken/")
    undoing.ask(job, by=administrator)
    album.get(web, base + "ongedaan-maken/")
    undoing.plan(job.pk)
    album.get(web, base + "ongedaan-maken/")
    album.get(web, base + "ongedaan-maken/verdwijnt/?soort=taxreturn")
    album.get(web, base + "ongedaan-maken/blijft/?soort=taxreturn")
    undoing.approve(job, by=administrator)
    album.get(web, base + "ongedaan-maken/")
    pdf = web.get(base + "verslag.pdf")
    open("/tmp/report/verslag.pdf", "wb").write(pdf.content)
    open("/tmp/report/seed.pdf", "wb").write(web.get(f"/instellingen/migratie/{seed.pk}/verslag.pdf").content)
    undoing.run(job.pk)
    album.get(web, base + "ongedaan-maken/")
    album.get(web, base)
    found = []
    for n, (shot, page) in enumerate(shown(browser, album.shots, AXE)):
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            found += [f"{shot.name} {width}: {each}" for each in look(page, width, (*WCAG, "best-practice"))]
            page.screenshot(path=f"/tmp/report/shot{n:02d}-{width}.png", full_page=True)
        if n == 1:
            page.emulate_media(media="print")
            page.set_viewport_size({"width": 1000, "height": 900})
            page.screenshot(path="/tmp/report/print.png", full_page=True)
            page.emulate_media(media="screen")
    print(*found, sep="\n")
    assert found == []
