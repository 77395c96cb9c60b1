SwaggerUIBundle({
  url: 'openapi.yaml',
  dom_id: '#api',
  deepLinking: true, // an operation has an address
  validatorUrl: null, // would send the document to another host
  defaultModelsExpandDepth: 0,
})
