FROM python:3.13-slim AS build
RUN apt-get update && apt-get install --yes --no-install-recommends make
WORKDIR /jangkau
COPY . .
RUN make wheel \
    && python -m venv /opt/jangkau \
    && .venv/bin/uv --system-certs pip install --python /opt/jangkau --require-hashes --requirements requirements/run.lock \
    && .venv/bin/uv --system-certs pip install --python /opt/jangkau --no-deps dist/*.whl

FROM python:3.13-slim
RUN useradd --system --create-home --home-dir /data jangkau
COPY --from=build /opt/jangkau /opt/jangkau
ENV PATH=/opt/jangkau/bin:$PATH JANGKAU_DATA_DIR=/data
USER jangkau
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/health/live')"]
CMD ["jangkau", "serve", "--host", "0.0.0.0"]
