"""What shows reports is an extra of the package: who makes none need not install it."""

from pipeline.errors import OperatorError

__all__ = ["extra_missing"]


def extra_missing(package: str) -> OperatorError:
    """The error for a package of the extra that is not installed."""
    return OperatorError(
        what=f"Reports are shown with the package {package}, which is not installed.",
        remedy="Type `pip install 'sealstream[reports]'`, or ask for --format json, which needs none.",
    )
