/** As fast as a Worker can refuse: one answer for everything, of the size and type that the product's refusals have. */
const BODY = JSON.stringify({
  type: 'https://example.com/docs#unauthenticated',
  title: 'Credentials are missing or not valid',
  status: 401,
  detail: 'Credentials are missing or not valid',
  code: 'unauthenticated',
  request_id: '00000000-0000-4000-8000-000000000000',
});

export default {
  fetch: () => new Response(BODY, { status: 401, headers: { 'content-type': 'application/problem+json' } }),
};
