"""The commands about policy: what the law asks, why an event was judged so, and how packs are tried and compared."""

from agents.cli.policy.app import app

__all__ = ["app"]
