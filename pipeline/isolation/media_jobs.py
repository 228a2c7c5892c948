"""Jobs that need no credentials: codes of pictures, fingerprints, implicit marks, explicit labels.

What decodes a kind of media is loaded with the first job about it.
"""

from pipeline.errors import BugError
from pipeline.isolation.messages import (
    Answer,
    CheckJob,
    Compared,
    Fingerprinted,
    FingerprintJob,
    ImageCoded,
    ImageCodeJob,
    Job,
    LabelChecked,
    LabeledAsset,
    LabelJob,
    LikenessJob,
    MarkedAsset,
    MarkJob,
    MarksFound,
    ReadMarksJob,
    TraitsFound,
    TraitsJob,
)

__all__ = ["perform_media_job"]


def perform_media_job(job: Job) -> Answer:
    """Do a job.

    Raises:
        SealstreamError: the asset cannot be worked on.
    """
    match job:
        case ImageCodeJob():
            from pipeline.fingerprints.pictures import image_code_of  # noqa: PLC0415

            return ImageCoded(code=image_code_of(job.asset))
        case MarkJob() | ReadMarksJob():
            from pipeline.labels.implicit.in_process import InProcessMarker  # noqa: PLC0415

            marker = InProcessMarker()
            if isinstance(job, MarkJob):
                return MarkedAsset(marked=marker.mark(job.asset, job.media_type, job.marks))
            return MarksFound(found=marker.read(job.asset, job.media_type))
        case LabelJob() | CheckJob():
            from pipeline.labels.explicit.in_process import InProcessLabeler  # noqa: PLC0415

            labeler = InProcessLabeler()
            if isinstance(job, LabelJob):
                return LabeledAsset(labeled=labeler.label(job.asset, job.media_type, job.order))
            return LabelChecked(checked=labeler.check(job.asset, job.media_type, job.claim))
        case FingerprintJob() | TraitsJob() | LikenessJob():
            return _perform_fingerprint_job(job)
        case _:
            raise BugError(what=f"No child does a {type(job).__name__}.", remedy="Report this.")


def _perform_fingerprint_job(job: FingerprintJob | TraitsJob | LikenessJob) -> Answer:
    from pipeline.fingerprints.in_process import InProcessFingerprinter  # noqa: PLC0415

    fingerprinter = InProcessFingerprinter()
    if isinstance(job, FingerprintJob):
        return Fingerprinted(fingerprint=fingerprinter.fingerprint(job.asset, job.media_type))
    if isinstance(job, TraitsJob):
        return TraitsFound(traits=fingerprinter.traits(job.asset, job.media_type, asked=job.asked))
    return Compared(likenesses=fingerprinter.likenesses(job.asset, job.media_type, job.candidates))
