"""The menus, in the order of the step plan. An item stands here only when its page works."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.office.models import SiteSettings


@dataclass(frozen=True)
class MenuItem:
    text: Promise
    path: str
    also: tuple[str, ...] = ()
    for_administrators: bool = False

    def current(self, path: str) -> str:
        """The value of aria-current on the page at `path`: `page`, `true` (a page below it) or nothing."""
        if path == self.path:
            return "page"
        below = self.also if self.path in {"/", "/instellingen/"} else (self.path, *self.also)
        return "true" if below and path.startswith(below) else ""


MAIN = (
    # a context of its own: Django has a Dutch word for its own "Home"
    MenuItem(pgettext_lazy("menu", "Home"), "/"),
    MenuItem(
        _("Klanten & Aangiften"),
        "/klanten/",
        (
            "/aangiften/",
            "/serviceberichten/",
            "/uitstelregelingen/",
            "/fiscale-kaarten/",
            "/verantwoordelijkheden/",
        ),
    ),
    MenuItem(_("Tools"), "/tools/"),
)


def elsewhere(site: SiteSettings) -> tuple[MenuItem, ...]:
    """The items after MAIN that lead out of the portal, as far as an administrator has set their address."""
    addresses = ((_("FiscaalTotaal"), site.fiscaal_totaal_url), (_("Naslag"), site.naslag_url))
    return tuple(MenuItem(text, address) for text, address in addresses if address)


SETTINGS = (
    MenuItem(_("Instellingen"), "/instellingen/"),
    MenuItem(_("Account"), "/instellingen/account/"),
    MenuItem(_("Certificaten"), "/instellingen/certificaten/"),
    MenuItem(_("Gebruikersbeheer"), "/instellingen/gebruikersbeheer/", for_administrators=True),
    MenuItem(_("Kantoorgegevens"), "/instellingen/kantoorgegevens/"),
    MenuItem(_("Koppelingen"), "/instellingen/koppelingen/", for_administrators=True),
    MenuItem(_("Migratie"), "/instellingen/migratie/"),
    MenuItem(_("Mijn producten"), "/instellingen/mijn-producten/"),
    MenuItem(_("Mijn logo's"), "/instellingen/mijn-logos/"),
    # not in the step plan, so after what is
    MenuItem(_("Logboek"), "/instellingen/logboek/", for_administrators=True),
)
