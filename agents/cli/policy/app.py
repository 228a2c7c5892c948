"""The group of policy commands."""

import typer

from agents.cli.policy.diff import diff
from agents.cli.policy.explain import explain
from agents.cli.policy.obligations import list_obligations
from agents.cli.policy.packs import check_packs, compliance, list_packs, run_tests

__all__ = ["app"]

app = typer.Typer(help="Policy packs: law as data.", no_args_is_help=True)
app.command("list")(list_packs)
app.command("obligations")(list_obligations)
app.command()(explain)
app.command("check")(check_packs)
app.command("test")(run_tests)
app.command()(diff)
app.command()(compliance)
