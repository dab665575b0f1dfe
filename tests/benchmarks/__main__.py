"""``make bench``: every benchmark, one table; exit status 1 if a target was missed. Arguments choose some by name."""

from __future__ import annotations

import subprocess
import sys

NAMES = (
    "stations", "connections", "burst", "locations", "library", "growth", "partners", "bridge", "pricing", "smart",
    "billing",
)  # fmt: skip


def main(chosen: list[str]) -> int:
    """Each in a process of its own: Django is set up once in a process, and each has engines of its own."""
    unknown = [name for name in chosen if name not in NAMES]
    if unknown:
        print(f"there is no benchmark {unknown[0]}; there are {', '.join(NAMES)}", file=sys.stderr)
        return 2
    missed = 0
    for name in chosen or NAMES:
        missed |= subprocess.run([sys.executable, "-m", f"tests.benchmarks.{name}"], check=False).returncode
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
