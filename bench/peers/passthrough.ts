/** The yardstick: forwards a request as it came, in either direction, and looks at nothing. Its callers bring the service token. */
export default {
  fetch(request: Request, { UPSTREAM }: { UPSTREAM: string }): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    return fetch(`${UPSTREAM}${pathname}${search}`, request);
  },
};
