"""The value chain as the start page of a site draws it: the stages, how many claims name what there, and what they name most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cvo.ask import valuemap
from cvo.site.links import top

if TYPE_CHECKING:
    from cvo.site.asked import Asked
    from cvo.site.views import Views

_BANDS = {"Technology": "technologies", "Application": "applications", "Risk": "risks", "Right": "rights"}


def picture(asked: Asked, views: Views) -> list[dict[str, Any]]:
    """Return the stages in their order, each with its place in the picture, its bars and the things that claims name most there."""
    places = asked.places
    chain: list[dict[str, Any]] = []
    if places and places[0].stage:
        totals = asked.spoken
        most = max((n for found in totals.values() for n in found.values()), default=1) or 1
        stages = list(dict.fromkeys(place.stage.iri for place in places))
        for number, stage in enumerate(stages):
            label = views.label(stage)
            local = stage.rpartition("/")[2]
            bars = [
                {"name": views.words[_BANDS[kind]], "total": totals[kind].get(stage, 0), "width": round(180 * totals[kind].get(stage, 0) / most),
                 "y": 100 + 40 * i, "url": f"#at-{local}"}
                for i, kind in enumerate(valuemap.KINDS)
            ]  # fmt: skip
            bands = [
                (place.band(views.lang), [(top(views.link(thing.iri)), thing.total) for thing in place.things])
                for place in places if place.stage.iri == stage and place.things
            ]  # fmt: skip
            chain.append({"id": local, "x": number * 200, "url": views.url(stage).removeprefix("../"), "label": label, "lines": label.split(" ") if views.lang == "en" else [label],
                          "bars": bars, "bands": bands})  # fmt: skip
    return chain
