"""The commands, each loaded when it is asked for: what one of them needs, `--help` and the others do not wait for."""

import importlib
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import typer
from typer.core import TyperGroup

__all__ = ["COMMANDS", "Command", "Commands"]


class Command(NamedTuple):
    """A command, or a group of them.

    Attributes:
        module: where it is, below `agents.cli`.
        name: of the function there, or of the group.
        summary: one line about it.
    """

    module: str
    name: str
    summary: str


COMMANDS: Final[Mapping[str, Command]] = {
    "demo": Command("working", "demo", "Watch real media go through, on this machine alone."),
    "worker": Command("working", "worker", "Run a worker: seal, judge, raise alerts."),
    "recogniser": Command("working", "recogniser", "Know what was sealed, for workers that ask."),
    "console": Command("consoles", "app", "Serve the console: what is held, alerted and due, in a browser."),
    "doors": Command("doors", "serve_public", "Serve the public doors: Soft Binding API, look-up, verify page."),
    "seal": Command("files", "seal_files", "Seal a file: attach a signed C2PA manifest."),
    "inspect": Command("files", "inspect", "Read and validate what a file says of itself."),
    "propagate": Command("propagating", "propagate", "Write into a file's label who hands it on."),
    "lookup": Command("lookup", "lookup", "Look up what is known of a file or an event."),
    "lineage": Command("lineage", "lineage", "Print what an asset was made from."),
    "report": Command("report", "report", "Make a document about a period: for authorities, users, your files."),
    "evidence": Command("evidence", "evidence", "Put everything about an event into one archive."),
    "audit": Command("audit", "app", "The tile log: prove that no record was changed or taken away."),
    "publish": Command("publishing", "publish", "Send events."),
    "review": Command("reviewing", "review", "Decide about an event that is held, or again about one."),
    "reviews": Command("reviews", "app", "What waits for a person: list, show, claim, note, decide about many."),
    "held": Command("reviews", "app", "What is held: the same as `reviews`."),
    "topics": Command("setup", "topics", "Kafka topics."),
    "bucket": Command("setup", "bucket", "S3 buckets."),
    "doctor": Command("doctor", "doctor", "Look for what would keep a worker, console or notifier from working."),
    "config": Command("configuring", "config", "Show the settings in force, and where each comes from."),
    "cases": Command("cases", "cases_app", "Cases: complaints, orders, takedowns as they stand; act on them."),
    "clocks": Command("cases", "clocks_app", "Clocks: how long the law gives, and what they announced."),
    "duties": Command("duties", "app", "Periodic duties: what is due when, by which article."),
    "rebuild": Command("rebuilding", "rebuild", "Fill topics anew from the records bucket."),
    "restamp": Command("restamping", "restamp", "Add time stamps to what was sealed without."),
    "erase": Command("erasing", "erase", "Erase what is stored of a person's content, or of a content."),
    "notify": Command("notify", "app", "Notifications: by webhook, chat and mail, from one file."),
    "alerts": Command("alerts", "app", "Alerts."),
    "dead-letters": Command("dead_letters", "app", "Dead letters: inputs that could not succeed."),
    "policy": Command("policy.app", "app", "Policy packs: law as data."),
    "reference": Command("reference", "app", "Reference sets: what workers know."),
    "operators": Command("operators", "app", "People who may act, and as what."),
    "signers": Command("signers", "app", "Who signs: identities, and which of them an event is signed by."),
    "trust": Command("trust", "app", "Whose signatures and time stamps are trusted."),
}
"""In the order in which they are shown."""


class Commands(TyperGroup):
    """The group of all commands."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands: Any = dict.fromkeys(COMMANDS)  # What is meant by a name that is not there is looked for here.

    def list_commands(self, ctx: object) -> list[str]:  # noqa: ARG002 (typer calls it so)
        """Their names."""
        return list(COMMANDS)

    def get_command(self, ctx: object, cmd_name: str) -> Any:  # noqa: ARG002 (as above)
        """The command of a name, loaded now; None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        found = COMMANDS[cmd_name]
        command = getattr(importlib.import_module(f"agents.cli.{found.module}"), found.name)
        if isinstance(command, typer.Typer):
            return typer.main.get_group(command)  # also a group of one command, which typer would take for that one
        alone = typer.Typer(rich_markup_mode=None)
        alone.command(cmd_name)(command)
        return typer.main.get_command(alone)

    def format_commands(self, ctx: object, formatter: Any) -> None:  # noqa: ARG002 (as above)
        """Write the list of all of them, which loads none."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.summary) for name, command in COMMANDS.items()])
