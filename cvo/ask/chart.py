"""Pictures as Vega-Lite specifications, drawn as SVG or PNG on this machine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cvo.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cvo.ask.matrix import Matrix
    from cvo.ask.valuemap import Place

FONTS = '"Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "WenQuanYi Micro Hei", sans-serif'
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"


def heat_map(matrix: Matrix, title: str, lang: str) -> dict[str, Any]:
    """Return the specification of *matrix* as a heat map, each cell with its number; 0 stays blank."""
    values = [
        {"row": row.label(lang), "column": column.label(lang), "claims": number}
        for row, cells in zip(matrix.rows, matrix.cells, strict=True)
        for column, number in zip(matrix.columns, cells, strict=True)
    ]
    most = max((value["claims"] for value in values), default=0)  # type: ignore[type-var]  # whole numbers
    axes = {
        "y": {"field": "row", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 320}},
        "x": {"field": "column", "type": "nominal", "sort": None, "title": None, "axis": {"labelAngle": -40, "labelLimit": 320}},
    }
    count = {"zh": "论断数", "en": "claims"}.get(lang, "论断数 claims")
    colour = {"field": "claims", "type": "quantitative", "scale": {"scheme": "blues", "domainMin": 0}, "title": count}
    dark = {"condition": {"test": f"datum.claims > {most} * 0.6", "value": "white"}, "value": "#222"}
    return _picture(
        title,
        values,
        layer=[
            {"mark": {"type": "rect", "tooltip": True}, "encoding": {**axes, "color": colour}},
            {
                "transform": [{"filter": "datum.claims > 0"}],
                "mark": "text",
                "encoding": {**axes, "text": {"field": "claims"}, "color": dark},
            },
        ],
        width={"step": 34},
        height={"step": 24},
    )


def value_chain(places: Sequence[Place], title: str, lang: str) -> dict[str, Any]:
    """Return the specification of the map: a column for each stage, a band for each kind, a box for each thing with its claims."""
    values = [
        {
            "stage": place.stage.label(lang),
            "band": place.band(lang),
            "rank": rank,
            "name": f"{thing.label(lang)}  {thing.total}",
            "claims": thing.total,
        }
        for place in places
        for rank, thing in enumerate(place.things, 1)
    ]
    bands = list(dict.fromkeys(place.band(lang) for place in places))
    stages = list(dict.fromkeys(place.stage.label(lang) for place in places))  # a stage without claims keeps its column
    where = {
        "x": {"field": "stage", "type": "nominal", "scale": {"domain": stages}, "title": None, "axis": _STAGES},
        "y": {"field": "rank", "type": "ordinal", "title": None, "axis": None},
    }
    spec = {
        "width": {"step": 230},
        "height": {"step": 34},
        "layer": [
            {
                "mark": {"type": "rect", "cornerRadius": 5, "width": 218, "height": 28, "tooltip": True},
                "encoding": {**where, "color": _shade(bands)},
            },
            {"mark": {"type": "text", "limit": 208, "fontSize": 11}, "encoding": {**where, "text": {"field": "name"}}},
        ],
    }
    row = {
        "field": "band",
        "type": "nominal",
        "sort": bands,
        "title": None,
        "header": {"labelAngle": 0, "labelAlign": "left", "labelFontSize": 14},
    }
    return _picture(title, values, facet={"row": row}, spec=spec, resolve={"scale": {"y": "independent"}})


_BOX = {"type": "rect", "cornerRadius": 5, "width": 218, "height": 28, "tooltip": True}
_BAND = {"labelAngle": 0, "labelAlign": "left", "labelFontSize": 14}
_STAGES = {
    "orient": "top",
    "labelAngle": 0,
    "labelFontSize": 14,
    "labelFontWeight": "bold",
    "domain": False,
    "ticks": False,
    "labelLimit": 220,
}


def _shade(bands: Sequence[str]) -> dict[str, Any]:
    colours = ("#cfe3f6", "#d5ecd4", "#f8d7d0", "#f3e6bd", "#e4d8f0")
    scale = {"domain": list(bands), "range": list(colours[: len(bands)])}
    return {"field": "band", "type": "nominal", "legend": None, "scale": scale}


def _picture(title: str, values: Sequence[dict[str, Any]], **spec: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    config = {"font": FONTS, "view": {"stroke": None}, "background": "white"}
    return {"$schema": SCHEMA, "title": title, "data": {"values": list(values)}, **spec, "config": config}


def draw(spec: dict[str, Any], form: str) -> bytes:
    """Return the picture of *spec* as ``svg`` or ``png``.

    Raises: EngineError, if the library is not installed.
    """
    try:
        import vl_convert  # noqa: PLC0415 - an extra, and 60 MB
    except ImportError:
        raise EngineError("pictures need a library that is not installed", hint='python -m pip install "cvo[plot]"') from None
    text = json.dumps(spec, ensure_ascii=False)
    if form == "svg":
        return str(vl_convert.vegalite_to_svg(text)).encode()
    return bytes(vl_convert.vegalite_to_png(text, scale=2))
