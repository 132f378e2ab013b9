"""Pages that are alike but for a few texts: a template is rendered once, and its places are filled for each page."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Template

_SLOT = re.compile("\ue000([a-z_]+)\ue001")


def slot(name: str) -> str:
    """Return the mark of the place *name*: characters of private use, which no page of ours has."""
    return f"\ue000{name}\ue001"


class Frame:
    """A *template* rendered with *given* values, and a place for each of *names* that is not among them.

    >>> from jinja2 import Template
    >>> Frame(Template("<p>{{ text }}{{ end }}</p>"), ["text"], end="!").filled(text="a < b")
    '<p>a &lt; b!</p>'
    """

    def __init__(self, template: Template, names: Sequence[str], **given: Any) -> None:  # noqa: ANN401 - what a template takes
        """Render it once."""
        text = template.render({name: slot(name) for name in names} | given)
        self._pieces = _SLOT.split(text)

    def filled(self, **texts: str) -> str:
        """Return the page with *texts* in its places, escaped unless they are markup."""
        shown = {name: text if isinstance(text, Markup) else escape(text) for name, text in texts.items()}
        pieces = self._pieces[:]
        pieces[1::2] = [shown[name] for name in pieces[1::2]]
        return "".join(pieces)
