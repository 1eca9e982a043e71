# docker build -t livesupport .
# docker run -p 8000:8000 -v livesupport:/data -e LIVESUPPORT_SERVER__PUBLIC_URL=https://support.example.org livesupport
FROM python:3.13-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE config.example.toml ./
COPY livesupport livesupport
COPY web web
COPY templates templates
RUN python -m venv /opt/livesupport && /opt/livesupport/bin/pip install --no-cache-dir ".[postgres]"

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /data livesupport && install -d -o livesupport -g livesupport -m 0700 /data
COPY --from=build /opt/livesupport /opt/livesupport
ENV LIVESUPPORT_DATA_DIR=/data \
    LIVESUPPORT_SERVER__HOST=0.0.0.0 \
    PYTHONDONTWRITEBYTECODE=1
USER livesupport
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
    CMD ["/opt/livesupport/bin/python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
ENTRYPOINT ["/opt/livesupport/bin/livesupport"]
CMD ["serve"]
