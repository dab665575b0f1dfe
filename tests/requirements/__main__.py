"""``python -m tests.requirements`` writes the tables."""

from tests.requirements import tables

tables.write()
