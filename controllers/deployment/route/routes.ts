import type { KubernetesObject } from '../../../operator/resources/object.ts';
import { defineResource } from '../../../operator/resources/resource.ts';

/** As much of Gateway API's routes as is written and read here; the two kinds differ in how a request is matched. */
export interface Route extends KubernetesObject {
  readonly spec: {
    readonly parentRefs?: readonly ParentReference[];
    readonly hostnames?: readonly string[] | undefined;
    readonly rules?: readonly RouteRule[];
  };
  readonly status?: {
    readonly parents?: readonly {
      readonly parentRef: ParentReference;
      readonly controllerName: string;
      readonly conditions?: readonly {
        readonly type: string;
        readonly status: string;
        readonly reason: string;
        readonly message: string;
        readonly observedGeneration?: number;
      }[];
    }[];
  };
}

export interface ParentReference {
  readonly group?: string | undefined;
  readonly kind?: string | undefined;
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly sectionName?: string | undefined;
  readonly port?: number | undefined;
}

export interface RouteRule {
  readonly matches?: readonly RouteMatch[];
  readonly filters?: readonly RouteFilter[];
  readonly backendRefs?: readonly BackendReference[];
}

export interface RouteMatch {
  readonly path?: {
    readonly type?: 'PathPrefix' | 'Exact' | 'RegularExpression';
    readonly value?: string;
  };
  /** Of gRPC, a service and a method of it. */
  readonly method?: string | { readonly service?: string; readonly method?: string };
  readonly headers?: readonly NamedMatch[];
  readonly queryParams?: readonly NamedMatch[];
}

export interface NamedMatch {
  readonly name: string;
  readonly value: string;
  readonly type?: 'Exact' | 'RegularExpression' | undefined;
}

export type RouteFilter =
  | {
      readonly type: 'RequestMirror';
      readonly requestMirror: { readonly backendRef: BackendReference; readonly percent: number };
    }
  | {
      readonly type: 'RequestRedirect';
      readonly requestRedirect: {
        readonly scheme: 'http';
        readonly hostname: string;
        readonly statusCode: 302;
      };
    }
  | {
      readonly type: 'ResponseHeaderModifier';
      readonly responseHeaderModifier: {
        readonly add: readonly { readonly name: string; readonly value: string }[];
      };
    };

export interface BackendReference {
  readonly name: string;
  readonly port: number;
  readonly weight?: number;
  readonly filters?: readonly RouteFilter[];
}

const gatewayApi = { group: 'gateway.networking.k8s.io', version: 'v1', scope: 'Namespaced' } as const;

export const httpRoutes = defineResource<Route>({ ...gatewayApi, kind: 'HTTPRoute', plural: 'httproutes' });
export const grpcRoutes = defineResource<Route>({ ...gatewayApi, kind: 'GRPCRoute', plural: 'grpcroutes' });
