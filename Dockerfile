# The image of every sealstream command; the worker is one of them.
#
#   docker build -t sealstream:0.1.0 .
#   docker run --rm sealstream:0.1.0 --help
#
# It runs as user 10001, and with a read-only root file system (--read-only --tmpfs /tmp). Else a worker writes only
# to /var/lib/sealstream, and there only where it makes a development signing chain: give it a volume, or a certificate.
# Configuration: SEALSTREAM_* and AWS_*.
#
# The tag is exact. Where images come from a mirror, pin the mirror's digest:
#   docker build --build-arg PYTHON_IMAGE=mirror.example/python:3.13.9-slim-bookworm@sha256:... .
ARG PYTHON_IMAGE=python:3.13.9-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build

# Everything that is installed is in the lock file, and is what its hash says. No compiler is needed: all of it comes
# as wheels, but for Faust on arm64, which then is pure Python.
#
# With SOUND_AND_VIDEO=no nothing under the GPL is in the image: PyAV's wheel, which carries x264 and x265, is left out,
# and sound and video take no explicit labels and are not recognised.
ARG SOUND_AND_VIDEO=yes
COPY requirements.lock ./
RUN python -m venv --without-pip /opt/sealstream \
    && pip --python /opt/sealstream/bin/python install --require-hashes --requirement requirements.lock

# So is what builds the project itself. It stays in this stage.
COPY requirements-dev.lock ./
RUN pip install --require-hashes --requirement requirements-dev.lock

COPY . source
RUN pip wheel --no-build-isolation --no-deps --wheel-dir . ./source \
    && pip --python /opt/sealstream/bin/python install --no-index --no-deps ./sealstream-*.whl \
    && pip --python /opt/sealstream/bin/python check \
    && if [ "$SOUND_AND_VIDEO" = no ]; then pip --python /opt/sealstream/bin/python uninstall --yes av; fi

FROM ${PYTHON_IMAGE}
# sealstream's own licence is the first; THIRD_PARTY.md says whose the others are.
# For an image without sound and video, say them without the GPL: --label org.opencontainers.image.licenses="..."
LABEL org.opencontainers.image.title="sealstream" \
      org.opencontainers.image.description="Kafka events in, signed C2PA manifests in S3 and alerts out" \
      org.opencontainers.image.licenses="Apache-2.0 AND GPL-2.0-or-later AND LGPL-3.0-or-later AND MPL-2.0 AND OFL-1.1"
# The font that reports are set in; it is under OFL-1.1. Nothing else is taken from Debian beside the base image.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends fonts-noto-cjk=1:20220127+repack1-1 \
    && rm -rf /var/lib/apt/lists/*
RUN groupadd --gid 10001 sealstream \
    && useradd --uid 10001 --gid sealstream --home-dir /var/lib/sealstream --shell /usr/sbin/nologin sealstream \
    && install --directory --mode=0700 --owner=sealstream --group=sealstream /var/lib/sealstream
COPY --from=build /opt/sealstream /opt/sealstream
ENV PATH="/opt/sealstream/bin:${PATH}" \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    SEALSTREAM_STATE_DIR=/var/lib/sealstream
# Numeric, so that an orchestrator can see that it is not root.
USER 10001:10001
WORKDIR /tmp
ENTRYPOINT ["sealstream"]
CMD ["--help"]
