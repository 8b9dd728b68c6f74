"""What can go wrong with keys and sealed data. No message or argument ever holds a byte of a key."""


class VaultError(Exception):
    """Base of the vault's errors; `code` says which, for a program to act on."""

    code = "vault"


class KeyFileError(VaultError):
    """A key file is missing, cannot be read, is malformed or would be overwritten."""

    code = "key-file"


class WrongKey(VaultError):
    """None of the keys at hand opens this, or it was sealed for something else."""

    code = "wrong-key"


class SealedDataError(VaultError):
    """Sealed data was changed, cut short, extended or put in another order, or key or purpose do not fit."""

    code = "sealed-data"
