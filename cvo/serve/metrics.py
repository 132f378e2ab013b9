"""What a server counts, as Prometheus reads it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cvo.serve.kept import Kept
    from cvo.serve.pool import Pool

BUCKETS = (0.005, 0.02, 0.1, 0.5, 2.0, 10.0)  # seconds


@dataclass(slots=True)
class Figures:
    """What was counted since the start."""

    answered: dict[tuple[str, int], int] = field(default_factory=dict)
    seconds: float = 0.0
    buckets: list[int] = field(default_factory=lambda: [0] * len(BUCKETS))
    number: int = 0

    def count(self, route: str, status: int, seconds: float) -> None:
        """Count an answer."""
        self.answered[route, status] = self.answered.get((route, status), 0) + 1
        if route == "sparql":
            self.number += 1
            self.seconds += seconds
            for i, bound in enumerate(BUCKETS):
                self.buckets[i] += seconds <= bound

    def text(self, pool: Pool, kept: Kept) -> str:
        """Return the figures as Prometheus reads them."""
        lines = ["# HELP cvo_requests_total Requests answered.", "# TYPE cvo_requests_total counter"]
        lines += [f'cvo_requests_total{{route="{route}",status="{status}"}} {n}' for (route, status), n in sorted(self.answered.items())]
        lines += ["# HELP cvo_sparql_seconds Time to a whole answer of /sparql.", "# TYPE cvo_sparql_seconds histogram"]
        lines += [f'cvo_sparql_seconds_bucket{{le="{bound:g}"}} {n}' for bound, n in zip(BUCKETS, self.buckets, strict=True)]
        lines += [f'cvo_sparql_seconds_bucket{{le="+Inf"}} {self.number}', f"cvo_sparql_seconds_sum {self.seconds:.6f}"]
        lines += [f"cvo_sparql_seconds_count {self.number}"]
        lines += ["# HELP cvo_kept_total Answers that were looked for among those kept.", "# TYPE cvo_kept_total counter"]
        lines += [f'cvo_kept_total{{found="yes"}} {kept.hits}', f'cvo_kept_total{{found="no"}} {kept.misses}']
        gauges = (
            ("kept_bytes", kept.size, "Bytes of answers kept."),
            ("workers", pool.alive, "Workers that run."),
            ("workers_idle", pool.idle, "Workers that have nothing to do."),
        )
        for name, value, what in (*gauges, ("queue", pool.queued, "Requests that wait for a worker.")):
            lines += [f"# HELP cvo_{name} {what}", f"# TYPE cvo_{name} gauge", f"cvo_{name} {value}"]
        lines += ["# HELP cvo_workers_replaced_total Workers replaced.", "# TYPE cvo_workers_replaced_total counter"]
        lines += [f'cvo_workers_replaced_total{{reason="{why}"}} {n}' for why, n in sorted(pool.replaced.items())]
        return "\n".join(lines) + "\n"
