interface Env {
  UPSTREAM: string;
  TOKEN: string;
}

/** The yardstick: forwards the body in either direction and looks at nothing. */
export default {
  fetch({ url, method, body }: Request, env: Env): Promise<Response> {
    const { pathname, searchParams } = new URL(url);
    const actor = { authorization: env.TOKEN, 'x-partner': '*', 'x-actor-type': 'service', 'x-actor-id': 'bench' };
    const type = searchParams.get('type');
    return fetch(`${env.UPSTREAM}${pathname}`, {
      method,
      body,
      headers: { ...actor, ...(type && { 'content-type': type }) },
    });
  },
};
