"""Times of two sides that were measured in turn, and their ratios."""

import statistics
from dataclasses import dataclass, field

WARM_UP = 5


@dataclass
class Pairs:
    """Seconds; each entry of `ours` was measured next to the one of `theirs`."""

    ours: list[float] = field(default_factory=list)
    theirs: list[float] = field(default_factory=list)

    def add(self, ours: float, theirs: float) -> None:
        self.ours.append(ours)
        self.theirs.append(theirs)

    def ratio(self) -> tuple[float, float, float]:
        """The quartiles of the ratios, the median in the middle."""
        ratios = [ours / theirs for ours, theirs in zip(self.ours, self.theirs, strict=True)]
        low, median, high = statistics.quantiles(ratios, n=4)
        return low, median, high

    def medians(self) -> tuple[float, float]:
        return statistics.median(self.ours), statistics.median(self.theirs)
