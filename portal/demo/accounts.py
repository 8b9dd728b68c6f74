"""The demo's accounts, for those who make them and those who print them."""

PASSWORD = "nextens-demo-2026"  # noqa: S105  # printed at every start; the demo answers on loopback only
ACCOUNTS = (
    ("beheerder@demo.example", "kantoorbeheerder van Nextens Demo"),
    ("medewerker@demo.example", "medewerker van Nextens Demo"),
    ("buur@ander.example", "kantoorbeheerder van Ander Kantoor"),
    ("admin@nextens.example", "Nextens-beheerder, /admin/"),
)
