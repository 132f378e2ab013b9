"""The command line: which commands there are; a command's own file is read only when it is called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from cvo import __version__

SETTINGS = {"help_option_names": ["-h", "--help"]}
COMMANDS = (
    "query",
    "terms",
    "show",
    "matrix",
    "map",
    "reason",
    "why",
    "load",
    "push",
    "build",
    "export",
    "diff",
    "serve",
    "check-live",
    "validate",
    "explain",
    "check",
    "new",
    "draft",
    "passage",
    "encode",
    "table",
    "coverage",
    "locate",
)
"""The commands in the order of the help. Each is the function, or the Typer group ``app``, of ``cvo.commands.<name>``."""


class _Commands(Mapping[str, Any]):
    """The commands by name, each imported when it is looked up."""

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - the class is a private one of Typer
        if name not in COMMANDS:
            raise KeyError(name)
        word = name.replace("-", "_")
        module = import_module(f"cvo.commands.{word}")
        group = getattr(module, "app", None)
        if group is None:
            group = typer.Typer(add_completion=False, rich_markup_mode=None, context_settings=SETTINGS)
            group.command(name)(getattr(module, word))
        command = get_command(group)
        command.name = name
        return command

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


class _Group(TyperGroup):
    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 - handed through
        super().__init__(**settings)
        self.commands = _Commands()  # type: ignore[assignment]  # nobody adds commands later


app = typer.Typer(
    name="cvo",
    help="Ask, check and verify what papers say about AI in the cultural value chain.",
    cls=_Group,
    add_completion=True,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings=SETTINGS,
)


def _version(wanted: bool) -> None:  # noqa: FBT001 - the shape of a callback
    if wanted:
        typer.echo(f"cvo {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    *,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")] = False,
) -> None:
    pass
