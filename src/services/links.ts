import { signApplicantToken } from '../auth/applicant-token.ts';
import type { Settings } from '../env.ts';
import { ApiProblem } from '../lib/problem.ts';
import type { PartnerBrief } from '../pocketbase/records/profiles.ts';
import { FINAL_STATUSES, type Status } from '../schemas/status.ts';

export interface IssuedLink {
  redirect_url: string | null;
  redirect_expires_at: string | null;
}

/**
 * The applicant's link: `<frontend>/<id>#token=<applicant token>`. A fragment reaches neither servers' logs nor `Referer`.
 * @param origin of this Worker, whose own page serves applicants when no frontend is configured
 */
export async function issueLink(
  settings: Settings,
  { id, status, partner }: { id: string; status: Status; partner: PartnerBrief },
  { origin, now }: { origin: string; now: number },
): Promise<IssuedLink> {
  if (FINAL_STATUSES.includes(status)) return { redirect_url: null, redirect_expires_at: null };
  const { token, expiresAt } = await signApplicantToken(
    { profileId: id, partner: partner.slug },
    {
      secrets: settings.get('LINK_SECRET'),
      ttlSeconds: settings.get('LINK_TTL_SECONDS'),
      now,
    },
  );
  const url = pageUrl(partner.frontend_url || settings.get('KYC_FRONTEND_URL') || `${origin}/verify`, id);
  url.hash = `token=${token}`;
  return { redirect_url: url.href, redirect_expires_at: expiresAt.toISOString() };
}

/** `<base>/<id>`; the base may carry a query. */
export function pageUrl(base: string, id: string): URL {
  const url = URL.parse(base);
  if (!url) throw new ApiProblem('not_configured', undefined, { cause: 'frontend_url of a partner' });
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${id}`;
  return url;
}
