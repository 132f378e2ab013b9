"""How far a long piece of work is: a bar on the terminal with rate and remaining time, nothing where nobody watches."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def bar(unit: str = "B") -> Iterator[Callable[[int, int, str], None]]:
    """Give a function to tell what is done, how much there is, and the name of what is at work; all counted in *unit*."""
    if not sys.stderr.isatty():
        yield lambda _done, _all, _name: None
        return
    from tqdm import tqdm  # noqa: PLC0415 - only where somebody watches

    with tqdm(unit=unit, unit_scale=True, dynamic_ncols=True, leave=False, file=sys.stderr) as shown:

        def tell(done: int, everything: int, name: str) -> None:
            shown.total = everything
            shown.set_postfix_str(name, refresh=False)
            shown.update(done - shown.n)

        yield tell
