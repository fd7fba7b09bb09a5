import { Document, Notice } from './layout.tsx';

interface Props {
  /** Where to go afterwards: a path of the dashboard. */
  next: string;
  error?: string;
  email?: string;
}

export function LoginPage({ next, error, email }: Props) {
  return (
    <Document title="Log in" class="alone" script={false}>
      <main id="main">
        <p class="brand">
          eKYC Edge <span>Review</span>
        </p>
        <h1>Log in</h1>
        {error && <Notice tone="bad">{error}</Notice>}
        <form method="post" action="/dashboard/login" class="stack">
          <input type="hidden" name="next" value={next} />
          <label>
            Email
            <input type="email" name="email" autocomplete="username" required maxlength={254} value={email} autofocus />
          </label>
          <label>
            Password
            <input type="password" name="password" autocomplete="current-password" required maxlength={255} />
          </label>
          <button type="submit" class="primary">
            Log in
          </button>
        </form>
        <p class="hint">A session ends after 30 minutes without activity, and after 12 hours in any case.</p>
      </main>
    </Document>
  );
}
