# The image of the service. Third-party parts come in layers of their own: a change of the code installs none again.
FROM python:3.13-slim@sha256:9662417aace5ae7b8e2609cce472b72a8958e134ba372808abe9cc1a0c0125e6 AS build
RUN apt-get update && apt-get install --yes --no-install-recommends make
WORKDIR /jangkau

COPY Makefile pyproject.toml README.md LICENSE ./
COPY requirements requirements
RUN make assets \
    && python -m venv /opt/jangkau \
    && .venv/bin/uv --system-certs pip install --python /opt/jangkau --compile-bytecode --require-hashes \
        --requirements requirements/run.lock

COPY . .
RUN make wheel \
    && .venv/bin/uv --system-certs pip install --python /opt/jangkau --compile-bytecode --no-deps dist/*.whl

FROM python:3.13-slim@sha256:9662417aace5ae7b8e2609cce472b72a8958e134ba372808abe9cc1a0c0125e6
RUN useradd --system --uid 10001 --create-home --home-dir /data jangkau
COPY --from=build /opt/jangkau /opt/jangkau
ENV PATH=/opt/jangkau/bin:$PATH JANGKAU_DATA_DIR=/data PYTHONDONTWRITEBYTECODE=1
USER jangkau
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/health/live')"]
CMD ["jangkau", "serve", "--host", "0.0.0.0"]
