"""A real password hash at a cost that fits a test."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class FastArgon2(Argon2PasswordHasher):
    time_cost = 1
    memory_cost = 8
    parallelism = 1
