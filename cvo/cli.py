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
COMMANDS = {
    "query": "Ask a question: shipped, your own, or SPARQL.",
    "terms": "Search the vocabulary, in Chinese or English.",
    "show": "Show one term, claim or source on a card.",
    "matrix": "Count the claims in rows and columns, such as stage and risk.",
    "map": "Draw the value chain.",
    "reason": "Infer what follows from the claims of a view.",
    "why": "Say why a statement holds, down to the claims.",
    "load": "Load files of any size into a store on disk.",
    "push": "Send the graphs to a SPARQL store: only those that changed.",
    "build": "Build a static site in Chinese and English.",
    "export": "Give claims and vocabulary in the formats of others.",
    "diff": "Compare two states of the data.",
    "serve": "Serve linked data and a read-only SPARQL endpoint.",
    "check-live": "Test a published site from outside.",
    "validate": "Check contributed files; every finding has its place.",
    "explain": "Say what a rule asks, with a wrong and a right example.",
    "check": "Check the quality of ontology and claims.",
    "new": "Begin a file.",
    "draft": "Find the terms in a document and draft its claims.",
    "passage": "Print the Turtle that points to a passage of a document.",
    "encode": "Make an instance file from a table of claims.",
    "table": "Make a table from an instance file.",
    "coverage": "Tell which sentences no claim covers.",
    "locate": "Verify that passages are in the document.",
}
"""The commands in the order of the help, each with what it says of them, so that none is imported to be listed.

Each is the function, or the Typer group ``app``, of ``cvo.commands.<name>``.
"""


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

    def format_commands(self, _: typer.Context, formatter: Any) -> None:  # type: ignore[override]  # noqa: ANN401 - Typer has its own class
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


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
