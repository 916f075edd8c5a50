# ecron's image: docker build -t ecron . ; docker run -p 12345:12345 ecron
# docs/deployment.md describes the image; scripts/image builds and tests it without a Docker engine.
ARG BASE=debian:bookworm-slim

FROM ${BASE} AS build
ENV LANG=C.UTF-8
WORKDIR /src
# Build dependencies change less often than the sources, so they are a layer of their own.
COPY scripts/common.sh scripts/install-packages scripts/node-toolchain scripts/
RUN scripts/install-packages build && scripts/node-toolchain
COPY CMakeLists.txt CMakePresets.json ./
COPY cmake cmake
COPY sql sql
COPY include include
COPY scripts scripts
# The page's editor shows the reference of the members of a job.
COPY docs docs
COPY web web
COPY src src
RUN scripts/build release && strip build/release/ecron && scripts/runtime-packages build/release/ecron >packages

FROM ${BASE} AS runtime
COPY --from=build /src/packages /tmp/packages
RUN apt-get -q update \
    && DEBIAN_FRONTEND=noninteractive xargs apt-get -q -y install --no-install-recommends </tmp/packages \
    && rm -rf /tmp/packages /var/lib/apt/lists/* /var/cache/* /var/log/* \
    # A new volume inherits owner and mode. Platforms that choose the user (OpenShift) run the container in group 0;
    # others assign the volume to the user that they set. Other users of the container, such as command_user, have no
    # access.
    && install -d -m 2770 -o 10001 -g 0 /var/lib/ecron

# The software bill of materials of the image, from its package database.
FROM build AS sbom
COPY --from=runtime /var/lib/dpkg /image/var/lib/dpkg
COPY --from=runtime /usr/share/doc /image/usr/share/doc
ARG VERSION=0.1.0
RUN scripts/sbom build/release "$VERSION" /image >ecron.cdx.json

FROM runtime
COPY --from=sbom /src/ecron.cdx.json /usr/share/doc/ecron/ecron.cdx.json
COPY --from=build /src/build/release/ecron /usr/bin/ecron
COPY etc/container.yaml /etc/ecron/ecron.yaml

WORKDIR /var/lib/ecron
VOLUME /var/lib/ecron
USER 10001:10001
EXPOSE 12345
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["ecron", "health"]
ENTRYPOINT ["ecron"]
CMD ["serve"]

ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="ecron" \
      org.opencontainers.image.description="Distributed job scheduler for HTTP calls, commands and Kubernetes Jobs" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="debian:bookworm-slim"
