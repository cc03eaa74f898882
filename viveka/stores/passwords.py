"""Passwords are hashed by argon2 with settings that a shop's computer carries (OWASP's smaller profile)."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class ShopArgon2Hasher(Argon2PasswordHasher):
    """19 MiB and two passes, where Django's default takes 100 MiB."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
