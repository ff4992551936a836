# One image for everything that Sluice runs: api (the default command), worker, migrate and the command line.
# See docs/deploy.md. Debian and not Alpine: the Temporal SDK ships binaries for glibc only.

FROM node:24.15.0-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# `allowScripts` in package.json says which packages may run scripts while they are installed.
RUN npm ci --no-audit --no-fund
COPY tsconfig*.json vitest.config.ts ./
COPY domain domain
COPY workflows workflows
COPY activities activities
COPY mail mail
COPY db db
COPY worker worker
COPY api api
COPY cli cli
COPY embedded embedded
RUN npm run build

FROM node:24.15.0-bookworm-slim AS dependencies
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# The optional dependencies are the trial's PostgreSQL and what makes the workflow bundle, which is made above.
RUN npm ci --omit=dev --omit=optional --no-audit --no-fund && npm cache clean --force

FROM node:24.15.0-bookworm-slim
ENV NODE_ENV=production \
    NODE_OPTIONS=--enable-source-maps \
    SLUICE_DATA_DIR=/data \
    SLUICE_HTTP=0.0.0.0:8080
WORKDIR /sluice
COPY --from=dependencies /build/node_modules node_modules
COPY --from=build /build/dist dist
COPY package.json LICENSE ./
COPY cli/launch.mjs cli/launch.mjs
COPY docs/deploy/health.mjs health.mjs
# /data holds the first admin's key; nothing else is kept in a container.
RUN ln -s /sluice/cli/launch.mjs /usr/local/bin/sluice && install -d -o node -g node -m 700 /data
USER node
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=6 CMD ["node", "/sluice/health.mjs"]
# Not through npm: signals must reach the process that ends in an orderly way.
CMD ["node", "dist/api/main.js"]
