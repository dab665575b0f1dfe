#!/usr/bin/env python3
"""Django's command line. Without DATABASE_URL it uses the embedded engines of HUB_DATA: running ones, or its own."""

import os
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from config.connections import embedded
from config.datadir import DataDirError
from config.embedded import attached
from config.engines import EngineError

# `up` and `demo` run the engines themselves; the others need no database.
WITHOUT_ENGINES = {"up", "demo", "help", "check", "collectstatic", "spectacular", "tariff", "version"}


def engines(arguments: list[str]) -> AbstractContextManager[None]:
    needed = arguments and arguments[0] not in WITHOUT_ENGINES and not {"--help", "-h", "--version"} & set(arguments)
    if not needed or not embedded():
        return nullcontext()
    return attached(Path(os.environ.get("HUB_DATA") or Path(__file__).resolve().parent / ".hub").absolute())


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        with engines(sys.argv[1:]):
            execute_from_command_line(sys.argv)
    except (DataDirError, EngineError, ImproperlyConfigured) as error:
        sys.exit(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
