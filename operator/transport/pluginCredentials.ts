import type { Credentials, Identity } from './credentials.ts';

/** A kubeconfig's user whose token comes from a program (`exec`) or a provider (`oidc`). */
interface PluginUser {
  readonly name: string;
  readonly exec?: { readonly command: string } | undefined;
  readonly authProvider?: { readonly name: string } | undefined;
}

/** Credentials of client-node's plug-ins. They keep a token until it expires; a refused one is asked for anew. */
export class PluginCredentials implements Credentials {
  readonly #trust: Credentials;
  readonly #user: PluginUser;
  #plugin: Promise<Plugin> | undefined;
  /** One question at a time: a plug-in may open a browser. */
  #asking: Promise<Identity> | undefined;

  /** `trust` gives the CA; the plug-in the rest. */
  constructor(trust: Credentials, user: PluginUser) {
    this.#trust = trust;
    this.#user = user;
  }

  current(): Promise<Identity> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  expire(): void {
    this.#trust.expire();
    this.#plugin = undefined;
  }

  async #ask(): Promise<Identity> {
    this.#plugin ??= loadPlugin(this.#user);
    const [plugin, { tls }] = await Promise.all([this.#plugin, this.#trust.current()]);
    const answer: PluginAnswer = { headers: {} };
    await plugin(answer);
    const authorization = answer.headers.Authorization;
    return {
      tls: {
        ...tls,
        ...(answer.cert === undefined ? undefined : { certificate: answer.cert }),
        ...(answer.key === undefined ? undefined : { key: answer.key }),
      },
      ...(authorization === undefined ? undefined : { authorization }),
    };
  }
}

interface PluginAnswer {
  readonly headers: { Authorization?: string };
  cert?: string;
  key?: string;
}

type Plugin = (answer: PluginAnswer) => Promise<void>;

/** Each plug-in's own module: `exec` costs 3 MB, OIDC 79 MB, the package as a whole 87 MB. */
async function loadPlugin(user: PluginUser): Promise<Plugin> {
  const entry = { ...user, skipTLSVerify: false };
  if (user.exec !== undefined) {
    const { ExecAuth } = await import('@kubernetes/client-node/dist/exec_auth.js');
    const plugin = new ExecAuth();
    return (answer) => plugin.applyAuthentication(entry, answer);
  }
  if (user.authProvider?.name === 'oidc') {
    const { OpenIDConnectAuth } = await import('@kubernetes/client-node/dist/oidc_auth.js');
    const plugin = new OpenIDConnectAuth();
    return (answer) => plugin.applyAuthentication(entry, answer);
  }
  throw new Error(
    `user "${user.name}" of the kubeconfig has auth-provider "${user.authProvider?.name}", which Kubernetes no longer has: use exec`,
  );
}
