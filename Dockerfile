# The operator's image. Two ways, the same result:
#
#   docker build -t mainstay:dev .
#       builds the bundle inside, which needs the npm registry;
#   npm run bundle && docker build --target prebuilt -t mainstay:dev .
#       takes the dist/ that was built outside, and needs no network (buildah: --pull-never).
#
# It holds Node and the bundle, and runs as a user without a name on a read-only root.

FROM node:26-bookworm-slim AS base
# A package manager has no business beside the operator. Node does it, so that no shell is asked for.
RUN ["node", "-e", "for (const path of ['/usr/local/lib/node_modules', '/usr/local/bin/npm', '/usr/local/bin/npx', '/usr/local/bin/corepack', '/usr/local/bin/yarn', '/usr/local/bin/yarnpkg', '/opt']) require('node:fs').rmSync(path, { recursive: true, force: true })"]
LABEL org.opencontainers.image.title="Mainstay" \
      org.opencontainers.image.description="A Kubernetes operator for a platform team: Projects, kept converged." \
      org.opencontainers.image.licenses="Apache-2.0"
# No source map: the bundle keeps its names, and the map would cost 16 MB.
ENV NODE_ENV=production
# Two arenas of malloc instead of eight a core, which only keep more apart.
ENV MALLOC_ARENA_MAX=2
WORKDIR /app
USER 65532:65532
EXPOSE 8080 8081
# Node's own start from a snapshot would leave the pages of the snapshot resident: 4 MB, for 50 ms once.
# What is in the caches lives long, and all else dies young: a young generation of three times 8 MB is enough, and a larger one
# is resident for nothing. The old one is not collected before there is something in it, and then when it has grown by a
# quarter instead of to a multiple. What a burst of work needed is given back after it, for which --expose-gc is.
ENTRYPOINT ["node", "--no-node-snapshot", "--max-semi-space-size=8", "--initial-old-space-size=40", "--heap-growing-percent=25", "--expose-gc", "/app/main.mjs"]

FROM base AS prebuilt
COPY dist/*.mjs /app/

FROM node:26-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run bundle

FROM base
COPY --from=build /src/dist/*.mjs /app/
