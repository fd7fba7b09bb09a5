/** 90 MB in either direction: one at a time, and eight at once. */
import type { Row } from '../lib/report.ts';
import { interleave, median, type Rounds, ratio } from '../lib/statistics.ts';
import { BARE, FORM, FORM_TYPE, MB, type Transfer, transfer, UPSTREAM_FORM } from '../lib/transfer.ts';
import type { Peers } from '../ratios.ts';
import { KEYS } from '../stand.ts';
import type { PeerName } from './requests.ts';

export const SIZE = 90 * MB;
export const AT_ONCE = 8;
/** A download is over in a tenth of a second: a round takes their mean. */
const DOWNLOADS = 5;
const KIND = 'facial_video';
const internal = { 'x-api-key': KEYS.internal };

type Plans = Record<string, (id: string) => Transfer>;

/** `edge` is the raw upload, `edge-multipart` the form. What they are compared with can take a form only. */
export function uploadPlans(peers: Peers, service: Record<string, string>): Plans {
  const record = (name: PeerName) => (id: string) => ({
    port: peers[name].port,
    method: 'POST',
    path: `/api/edge/profiles/${id}/documents`,
    headers: { ...service, 'x-partner': '*', 'x-actor-type': 'service', 'content-type': FORM_TYPE },
    around: UPSTREAM_FORM,
  });
  const form = (name: PeerName) => (id: string) => ({
    port: peers[name].port,
    method: 'PATCH',
    path: `/api/profiles/${id}`,
    headers: { ...internal, 'content-type': FORM_TYPE },
    around: FORM,
  });
  return {
    pocketbase: record('pocketbase'),
    passthrough: record('passthrough'),
    express: form('express'),
    edge: (id) => ({
      port: peers.edge.port,
      method: 'PUT',
      path: `/api/profiles/${id}/documents/${KIND}`,
      headers: { ...internal, 'content-type': 'video/mp4' },
      around: BARE,
    }),
    'edge-multipart': form('edge'),
  };
}

export function downloadPlans(peers: Peers, service: Record<string, string>): Plans {
  const headers = { ...service, 'x-partner': '*', 'x-actor-type': 'service' };
  const direct = (port: number) => (id: string) => ({
    port,
    method: 'GET',
    path: `/api/edge/profiles/${id}/documents/${KIND}`,
    headers,
    around: null,
  });
  const own = (port: number) => (id: string) => ({
    port,
    method: 'GET',
    path: `/api/profiles/${id}/documents/${KIND}`,
    headers: internal,
    around: null,
  });
  return {
    pocketbase: direct(peers.pocketbase.port),
    passthrough: direct(peers.passthrough.port),
    express: own(peers.express.port),
    edge: own(peers.edge.port),
  };
}

/** @param ids of profiles that take one video after the other; every peer has the same ones, so that the disk holds few */
export async function measureUploads(peers: Peers, service: Record<string, string>, ids: string[], rounds: number) {
  const up = uploadPlans(peers, service);
  const down = downloadPlans(peers, service);
  const [id = ''] = ids;
  for (const plan of Object.values(up)) await transfer(plan(id), 10 * MB);
  const mean = (plans: Plans, times: number) =>
    interleave(Object.keys(plans), rounds, async (name) => {
      let total = 0;
      for (let i = 0; i < times; i++) total += (await transfer(plans[name]?.(id) as Transfer, SIZE)).ms;
      return total / times;
    });
  const single = await mean(up, 1);
  const fetched = await mean(down, DOWNLOADS);
  const eight = await interleave(Object.keys(up), rounds, async (name) => {
    const startedAt = performance.now();
    await Promise.all(ids.slice(0, AT_ONCE).map((each) => transfer(up[name]?.(each) as Transfer, SIZE)));
    return performance.now() - startedAt;
  });
  return [
    row('put', 'Upload of 90 MB, PUT', single, 'edge', { passthrough: 1.15 }),
    row('multipart', 'Upload of 90 MB, multipart', single, 'edge-multipart', { passthrough: 1.4 }),
    row('get', 'Download of 90 MB', fetched, 'edge', { passthrough: 1.1 }),
    row('eight-put', 'Eight uploads at once, PUT', eight, 'edge', {}),
    row('eight-multipart', 'Eight uploads at once, multipart', eight, 'edge-multipart', {}),
  ];
}

function row(name: string, title: string, measured: Rounds, own: string, targets: Record<string, number>): Row {
  const others = Object.keys(measured).filter((peer) => !peer.startsWith('edge'));
  const figures = Object.fromEntries(others.map((peer) => [peer, median(measured[peer] ?? [])]));
  return {
    name,
    title,
    unit: 'ms',
    figures: { ...figures, edge: median(measured[own] ?? []) },
    comparisons: others.map((by) => ({
      by,
      ratio: ratio(measured, own, by),
      ...(targets[by] !== undefined && { atMost: targets[by] }),
    })),
  };
}
