# An image with nothing but the program. It is not built or tested here: releases are static binaries and Debian packages. Build the binary first:
#   make release && cp dist/mediawatch_*_linux_amd64 mediawatch && docker build -t mediawatch .
# Run it with the configuration and a volume for the store that user 10001 may write; in the configuration, [store] folder = "/data":
#   docker run -v $PWD/mediawatch.toml:/etc/mediawatch/mediawatch.toml:ro -v mediawatch:/data -p 127.0.0.1:8087:8087 mediawatch
# Inside a container the program has to listen on 0.0.0.0 with allow_remote = true; publish the port on 127.0.0.1 only, or put something that asks for a password in front.
FROM debian:bookworm-slim AS certificates
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && mkdir /data && chown 10001:10001 /data

FROM scratch
COPY --from=certificates /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=certificates --chown=10001:10001 /data /data
COPY mediawatch /usr/bin/mediawatch
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8087
HEALTHCHECK CMD ["/usr/bin/mediawatch", "healthcheck"]
ENTRYPOINT ["/usr/bin/mediawatch"]
CMD ["serve"]
