"""What a message, block, type or sequence is and what becomes of it here, out of the schemas and our own tables.

Rule: nothing is written down twice. Fields come from the schemas, handling from the registries and the code that they
name, decisions from the register; each section and each fact names its source. `manage.py ocpp` and the staff's page
show the same pages.
"""

from ocppbridge.reference import payment_examples as _payment_examples  # noqa: F401  # registers them
from ocppbridge.reference.lookup import DEFAULT, NotFound, index, look_up
from ocppbridge.reference.page import Page, Section, Source

__all__ = ["DEFAULT", "NotFound", "Page", "Section", "Source", "index", "look_up"]
