"""A child process that dies of any whole event and of any fingerprint; all else it does as the real one."""

import os
from typing import Any

from pipeline.isolation.child import Perform, Questions, credential_worker, main
from pipeline.isolation.jobs import ExamineJob, Job, MakeJob, TraitsJob
from pipeline.isolation.messages import Start


def prepare(start: Start, ask: Questions) -> Perform:
    perform = credential_worker(start, ask)

    def reluctant(job: Job[Any]) -> object:
        if isinstance(job, MakeJob | ExamineJob | TraitsJob):
            os.abort()
        return perform(job)

    return reluctant


if __name__ == "__main__":
    main(prepare)
