"""Commands that set up what sealstream runs on: topics and buckets. Safe to repeat."""

import asyncio
from typing import Annotated

import typer

from agents.cli.console import AsJson, console, print_json
from agents.settings import KafkaSettings
from agents.topics import Topics
from pipeline.settings import StoreSettings, load

__all__ = ["bucket", "topics"]

topics = typer.Typer(help="Kafka topics.", no_args_is_help=True)
bucket = typer.Typer(help="S3 buckets.", no_args_is_help=True)


@topics.command("create")
def create(
    partitions: Annotated[int, typer.Option(min=1, help="Partitions of each topic.")] = 6,
    replication_factor: Annotated[
        int, typer.Option(min=1, help="Copies of each partition; 3 with min.insync.replicas=2 in production.")
    ] = 1,
    as_json: AsJson = False,
) -> None:
    """Create the topics that are not there yet, the compacted and the long-lived ones as they should be."""
    from agents.kafka import create_topics

    settings = load(KafkaSettings)
    plans = Topics(settings.topic_prefix).plans()
    created = asyncio.run(create_topics(settings, plans, partitions=partitions, replication_factor=replication_factor))
    if as_json:
        print_json({"topics": [{"name": name, "created": new} for name, new in created.items()]})
        return
    for name, new in created.items():
        console.print(f"{name}: {'created' if new else 'was there'}")


@bucket.command("create")
def create_bucket(as_json: AsJson = False) -> None:
    """Create the buckets that are not there yet; records get Object Lock and default retention where the store can."""
    from pipeline.store.buckets import create_buckets
    from pipeline.store.connection import connect

    reports = create_buckets(connect(), load(StoreSettings))
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
