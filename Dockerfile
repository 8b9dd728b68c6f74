# The portal's own processes; which one, the command says: web, worker, checks, signing or scheduler.
FROM python:3.11-slim-bookworm AS packages
COPY requirements/base.txt /tmp/base.txt
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r /tmp/base.txt

FROM python:3.11-slim-bookworm
RUN groupadd --system --gid 10001 portal \
    && useradd --system --uid 10001 --gid portal --no-create-home --shell /usr/sbin/nologin portal \
    && install -d -o portal -g portal -m 0700 /data /data/spool
COPY --from=packages /venv /venv
COPY . /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PORTAL_DATA_DIR=/data
# Only the collection of static files runs with test secrets; nothing of them stays in the image.
RUN PORTAL_DEMO=1 PORTAL_DATA_DIR=/tmp/build python manage.py collectstatic --noinput --verbosity=0 \
    && rm -rf /tmp/build
USER portal
VOLUME /data
EXPOSE 8000
CMD ["python", "-m", "portal.run.process", "web"]
HEALTHCHECK --interval=15s --timeout=12s --start-period=30s CMD ["python", "-m", "portal.run.healthy", "web"]
