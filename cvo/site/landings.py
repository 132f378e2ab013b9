"""The pages without a language of a site, which go on to that of the reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cvo.site.frames import Frame, slot
from cvo.site.rendering import FORMATS, environment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cvo.site.data import Named


def landings(pages: Iterable[tuple[str, str, str, str, bool]]) -> Iterator[Named]:
    """Give such a page for each two of *pages*: the language, the path, the title, the description, and whether there are files beside it."""
    found: dict[str, dict[str, tuple[str, str, bool]]] = {}
    for lang, path, title, text, described in pages:
        found.setdefault(path, {})[lang] = title, text, described
    landing = environment().get_template("landing.html")
    frames: dict[tuple[int, bool, bool, bool, bool], Frame] = {}
    for path, texts in found.items():
        (zh, zh_text, described), (en, en_text, _) = texts["zh"], texts["en"]
        key = (path.count("/"), described, zh == en, bool(zh_text), bool(en_text))
        if key not in frames:
            frames[key] = Frame(
                landing, ("zh", "en", "zh_text", "en_text", "leaf"), root="../" * key[0], formats=FORMATS if described else (),
                **{name: "" for name, there in (("zh_text", zh_text), ("en_text", en_text)) if not there},
                **({"en": slot("zh")} if zh == en else {}),
            )  # fmt: skip
        yield f"{path}.html", frames[key].filled(zh=zh, en=en, zh_text=zh_text, en_text=en_text, leaf=path.rpartition("/")[2]).encode()
