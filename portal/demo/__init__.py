"""The demo of `make run`: two offices, four people, a PKI, a certificate and migration files to try."""
