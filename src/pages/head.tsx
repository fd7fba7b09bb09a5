import type { PropsWithChildren } from 'hono/jsx';

/** What the head of every page holds; `name` is that of its stylesheet among the assets. */
export function Head({ title, name, children }: PropsWithChildren<{ title: string; name: string }>) {
  return (
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>{title}</title>
      <link rel="stylesheet" href={`/assets/${name}.css`} />
      {children}
    </head>
  );
}
