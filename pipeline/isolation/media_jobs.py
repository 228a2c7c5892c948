"""Jobs that need no credentials: codes of pictures, fingerprints, implicit marks, explicit labels.

What decodes a kind of media is loaded with the first job about it.
"""

from pipeline.errors import BugError
from pipeline.isolation.messages import (
    Answer,
    CheckJob,
    Fingerprinted,
    FingerprintJob,
    ImageCoded,
    ImageCodeJob,
    Job,
    LabelChecked,
    LabeledAsset,
    LabelJob,
    MarkedAsset,
    MarkJob,
    MarksFound,
    ReadMarksJob,
    RecordingsCompared,
    SameRecordingJob,
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
        case FingerprintJob() | SameRecordingJob():
            return _perform_fingerprint_job(job)
        case _:
            raise BugError(what=f"No child does a {type(job).__name__}.", remedy="Report this.")


def _perform_fingerprint_job(job: FingerprintJob | SameRecordingJob) -> Answer:
    from pipeline.fingerprints.in_process import InProcessFingerprinter  # noqa: PLC0415

    fingerprinter = InProcessFingerprinter()
    if isinstance(job, FingerprintJob):
        return Fingerprinted(fingerprint=fingerprinter.fingerprint(job.asset, job.media_type))
    same = fingerprinter.same_recording(job.one, job.one_type, job.other, job.other_type)
    return RecordingsCompared(same=same)
