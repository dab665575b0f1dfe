"""What the demo found right and wrong: each hop and each figure is one line; one wrong line makes the whole wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Verdict:
    """Collects findings and tells each as it comes."""

    tell: Callable[[str], None]
    right: int = 0
    wrong: list[str] = field(default_factory=list)

    def check(self, what: str, holds: bool, otherwise: str = "") -> None:
        """One thing that has to hold; ``otherwise`` says what was found instead."""
        if holds:
            self.right += 1
            self.tell(f"    ✔ {what}")
        else:
            self.fail(f"{what} — {otherwise}" if otherwise else what)

    def none(self, what: str, problems: list[str]) -> None:
        """Nothing may be on this list."""
        self.check(what, not problems, "; ".join(problems))

    def fail(self, what: str) -> None:
        self.wrong.append(what)
        self.tell(f"    ✘ {what}")

    @property
    def summary(self) -> str:
        if not self.wrong:
            return f"All {self.right} hops and figures were right."
        return "\n".join([f"{len(self.wrong)} of {self.right + len(self.wrong)} were wrong:", *self.wrong])
