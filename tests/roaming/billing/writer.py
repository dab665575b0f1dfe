"""``python -m tests.roaming.billing.writer NAME COUNT SEED``: stores CDRs, each in a transaction of its own length.

Several of these commit in another order than they were given their ids. Every third CDR gets a verdict, a while later.
"""

from __future__ import annotations

import random
import sys

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from tests.roaming.billing import world  # noqa: E402


def write(name: str, count: int, seed: int) -> None:
    chance = random.Random(seed)
    for number in range(count):
        with transaction.atomic():
            cdr = world.cdr(f"{name}-{number}")
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(%s)", [chance.random() ** 3 * 0.06])  # now and then a long one
        if number % 3 == 0:
            world.assess(cdr, "ACCEPTED", stands=True)


if __name__ == "__main__":
    write(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
