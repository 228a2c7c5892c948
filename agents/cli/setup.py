"""Commands that set up what sealstream runs on: topics and buckets. Safe to repeat."""

import asyncio
import shlex
from collections.abc import Sequence
from typing import Annotated

import typer

from agents.cli.console import AsJson, console, print_json
from agents.cli.exits import ExitCode
from agents.rights import KafkaRole, rights_of
from agents.settings import KafkaSettings
from agents.topic_check import TopicDifference
from agents.topics import Topics
from pipeline.settings import AssetSettings, StoreSettings
from pipeline.store.rights import StoreRole, grants_of, policy_of

__all__ = ["bucket", "topics"]

topics = typer.Typer(help="Kafka topics.", no_args_is_help=True)
bucket = typer.Typer(help="S3 buckets.", no_args_is_help=True)


@topics.command("create")
def create(
    partitions: Annotated[int, typer.Option(min=1, help="Partitions of each topic.")] = 6,
    replication_factor: Annotated[
        int, typer.Option(min=1, help="Copies of each partition; 3 in production, of which 2 confirm a message.")
    ] = 1,
    alter: Annotated[
        bool, typer.Option("--alter", help="Also change settings of topics that are there and differ from the plan.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Create the topics that are not there yet, each as it is planned; `topics check` shows what differs elsewhere."""
    from agents.topic_admin import create_topics
    from agents.topic_planning import alter_topics

    settings = KafkaSettings()
    plans = Topics(settings.topic_prefix).plans()
    created = asyncio.run(create_topics(settings, plans, partitions=partitions, replication_factor=replication_factor))
    altered = asyncio.run(alter_topics(settings)) if alter else ()
    if as_json:
        print_json(
            {
                "topics": [{"name": name, "created": new} for name, new in created.items()],
                **({"altered": altered} if alter else {}),
            }
        )
        return
    for name, new in created.items():
        console.print(f"{name}: {'created' if new else 'was there'}")
    for difference in altered:
        console.print(
            f"{difference.topic}: {difference.setting} is {difference.planned} now, and was {difference.found}"
        )


@topics.command("check")
def check(as_json: AsJson = False) -> None:
    """Compare the topics with the plan. Exit code 2 where one is missing, or where a difference can lose something."""
    from agents.topic_planning import compared

    found = asyncio.run(compared(KafkaSettings()))
    bad = found.missing or any(difference.loses for difference in found.differences)
    if as_json:
        print_json(
            {"missing": found.missing, "not_shown": found.not_shown, "differences": found.differences, "ok": not bad}
        )
    else:
        _show(found.missing, found.not_shown, found.differences)
    if bad:
        raise typer.Exit(ExitCode.CONFIGURATION)


@topics.command("acls")
def acls(
    principal: Annotated[str, typer.Option(metavar="PRINCIPAL", help="Who, as Kafka says it: User:NAME.")],
    role: Annotated[KafkaRole, typer.Option("--for", help="What PRINCIPAL is to do.")] = "worker",
    as_json: AsJson = False,
) -> None:
    """Print how to grant the least rights that a role needs, as commands of Kafka's own `kafka-acls`.

    A worker is told the same when a right is missing. DescribeConfigs is not needed; without it topics are not compared
    with the plan.
    """
    settings = KafkaSettings()
    rights = rights_of(role, Topics(settings.topic_prefix), settings.group)
    if as_json:
        print_json({"principal": principal, "rights": rights})
        return
    for resource, name in dict.fromkeys((right.resource, right.name) for right in rights):
        operations = [right.operation for right in rights if (right.resource, right.name) == (resource, name)]
        said = " ".join(f"--operation {operation}" for operation in operations)
        of_all = " --resource-pattern-type prefixed" if resource == "transactional-id" else ""
        console.print(
            f"kafka-acls --bootstrap-server {settings.bootstrap_servers} --add --allow-principal "
            f"{shlex.quote(principal)} {said} --{resource} {shlex.quote(name)}{of_all}",
            soft_wrap=True,
            markup=False,
            highlight=False,
        )


def _show(missing: Sequence[str], not_shown: Sequence[str], differences: Sequence[TopicDifference]) -> None:
    for name in missing:
        console.print(f"missing  {name}: create it with `sealstream topics create`", style="red", markup=False)
    for name in not_shown:
        console.print(f"unknown  {name}: this user may not see its configuration (DescribeConfigs)", markup=False)
    for difference in sorted(differences, key=lambda difference: not difference.loses):
        console.print(
            f"{'loses' if difference.loses else 'differs':7}  {difference}",
            style="red" if difference.loses else "yellow",
            markup=False,
            soft_wrap=True,
        )
    if differences:
        console.print("`sealstream topics create --alter` sets them as planned.", style="dim", markup=False)
    elif not missing:
        console.print("The topics are as planned.")


@bucket.command("policy")
def policy(
    role: Annotated[StoreRole, typer.Option("--for", help="What the credentials are to do.")] = "worker",
) -> None:
    """Print the least rights that a role needs in S3, as an IAM policy in JSON. None but the eraser may delete.

    Bucket names are those of the settings. Keys in a KMS and encryption of the buckets need rights of their own.
    """
    print_json(policy_of(grants_of(role, StoreSettings(), also_read=AssetSettings().allowed_buckets)))


@bucket.command("create")
def create_bucket(as_json: AsJson = False) -> None:
    """Create the buckets that are not there yet; records get Object Lock and default retention where the store can."""
    from pipeline.store.buckets import create_buckets
    from pipeline.store.connection import connect

    reports = create_buckets(connect(), StoreSettings())
    if as_json:
        print_json(
            {
                "buckets": [
                    {
                        "name": report.bucket,
                        "object_lock": report.object_lock,
                        "retention": None
                        if report.retention is None
                        else {"mode": report.retention.mode, "days": report.retention.days},
                        "warning": report.warning,
                    }
                    for report in reports
                ]
            }
        )
        return
    for report in reports:
        kept = f", records kept by Object Lock: {report.retention}" if report.retention else ""
        console.print(f"{report.bucket}: ready{kept}")
        if report.warning:
            console.print(f"  {report.warning}", style="yellow", markup=False)
