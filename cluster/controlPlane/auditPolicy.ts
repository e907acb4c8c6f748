/**
 * Who did what to which object, and how it was answered; no bodies. One line a request, when it has been answered.
 * Health checks and discovery say nothing about anybody's behaviour and are left out.
 */
export const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived, ResponseStarted, Panic]
omitManagedFields: true
rules:
  - level: None
    nonResourceURLs: ["/healthz*", "/livez*", "/readyz*", "/version", "/openapi/*", "/api", "/api/*", "/apis", "/apis/*"]
  - level: Metadata
`;
