# Postern as an image: compiled from this source tree and packed with only what it runs with. docs/compose.md shows it
# at work. Needs BuildKit, which Docker has used by default since version 23.
#
# `--build-context program=FOLDER` packs what `cmake --install` has put into FOLDER and compiles nothing.

FROM debian:bookworm-slim AS tools
WORKDIR /source
COPY scripts/setup scripts/
RUN scripts/setup build && rm -rf /var/lib/apt/lists/*

FROM tools AS compile
COPY . .
RUN --mount=type=cache,target=/root/.cache/ccache \
    cmake --preset release -DPOSTERN_TESTS=OFF -DPOSTERN_BENCH=OFF \
 && cmake --build --preset release \
 && cmake --install build/release --component gateway --strip --prefix /program

FROM scratch AS program
COPY --from=compile /program /

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates libargon2-1 libboost-container1.81.0 \
        libboost-json1.81.0 libcrypt1 libfmt9 libhiredis0.14 libicu72 libidn2-0 libldap-2.5-0 libpq5 \
        libprometheus-cpp-core1.0 libre2-9 libspdlog1.10 libssl3 libtomlplusplus3 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 2525 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin postern \
 && install -d /etc/postern \
 && install -d -o postern -g postern -m 700 /run/postern
COPY --from=program / /usr/local/
RUN postern version
USER 2525:2525
EXPOSE 2587 2465

# The page of `server.http.bind`, asked on loopback.
ENV POSTERN_HEALTH_PORT=9587
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/$POSTERN_HEALTH_PORT && printf 'GET /healthz HTTP/1.0\r\n\r\n' >&3 && read -r -t 4 answer <&3 && [[ $answer == *\\ 200\\ * ]]"]

ENTRYPOINT ["postern"]
CMD ["serve"]
