import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { Express } from 'express';

const assets = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

/** The API's documentation with a form for each request: Swagger UI from this machine, nothing from elsewhere. */
export function serveDocs(app: Express, openApi: object): void {
  app.get('/openapi.json', (_request, response) => {
    response.locals['route'] = '/openapi.json';
    response.json(openApi);
  });
  app.get('/docs', (_request, response) => {
    response.locals['route'] = '/docs';
    response.type('html').send(page);
  });
  app.get('/docs/start.js', (_request, response) => {
    response.locals['route'] = '/docs/{file}';
    response.type('text/javascript').send(start);
  });
  for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'])
    app.get(`/docs/${file}`, (_request, response) => {
      response.locals['route'] = '/docs/{file}';
      response.sendFile(file, { root: assets, maxAge: '1h' });
    });
}

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Sluice: HTTP API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css">
    <link rel="icon" href="/docs/favicon-32x32.png">
  </head>
  <body>
    <div id="ui"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

const start = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#ui',
  deepLinking: true,
  tryItOutEnabled: true,
  persistAuthorization: false,
  validatorUrl: null,
});
`;
