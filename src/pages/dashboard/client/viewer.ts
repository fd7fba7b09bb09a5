/** Zoom and turn of pictures. Panning is scrolling, so wheel, touch, keyboard and scroll bars do it; dragging is added. */
const STEP = 1.4;
const MAX_ZOOM = 8;
const NEAR_ZOOM = 2.5;
const QUARTER = 90;

export function enhanceViewers(root: ParentNode): void {
  for (const sheet of root.querySelectorAll<HTMLElement>('[data-sheet]')) {
    enhance(sheet);
    watchVideo(sheet);
  }
}

/** A container that opens may still hold a film that the browser has no decoder for: then it has no width. */
function watchVideo(sheet: HTMLElement): void {
  const video = sheet.querySelector('video');
  if (!video) return;
  const judge = () => {
    const cannot = video.error !== null || (video.readyState > 0 && video.videoWidth === 0);
    sheet.querySelector('[data-unplayable]')?.toggleAttribute('hidden', !cannot);
  };
  for (const type of ['error', 'loadedmetadata']) video.addEventListener(type, judge);
  judge();
}

function enhance(sheet: HTMLElement): void {
  const view = sheet.querySelector<HTMLElement>('[data-view]');
  const canvas = sheet.querySelector<HTMLElement>('[data-canvas]');
  const picture = sheet.querySelector<HTMLImageElement>('[data-picture]');
  const tools = sheet.querySelector<HTMLElement>('[data-tools]');
  const shown = sheet.querySelector<HTMLElement>('[data-zoom]');
  if (!view || !canvas || !picture || !tools || !shown) return;
  let zoom = 1;
  let turn = 0;

  const layOut = () => {
    const { naturalWidth: width, naturalHeight: height } = picture;
    if (!width || !view.clientWidth) return;
    const isTurned = turn % (2 * QUARTER) !== 0;
    const [across, down] = isTurned ? [height, width] : [width, height];
    const scale = Math.min(view.clientWidth / across, view.clientHeight / down) * zoom;
    const [x, y] = centre(view);
    Object.assign(canvas.style, { width: `${across * scale}px`, height: `${down * scale}px` });
    Object.assign(picture.style, { width: `${width * scale}px`, height: `${height * scale}px` });
    picture.style.transform = `translate(-50%, -50%) rotate(${turn}deg)`;
    view.scrollTo(x * view.scrollWidth - view.clientWidth / 2, y * view.scrollHeight - view.clientHeight / 2);
    shown.textContent = `${Math.round(zoom * 100)} %`;
    view.classList.toggle('near', zoom > 1);
  };
  const zoomTo = (value: number) => {
    zoom = Math.min(MAX_ZOOM, Math.max(1, value));
    layOut();
  };
  const actions: Record<string, (button: HTMLElement) => void> = {
    in: () => zoomTo(zoom * STEP),
    out: () => zoomTo(zoom / STEP),
    fit: () => {
      turn = 0;
      zoomTo(1);
    },
    turn: () => {
      turn = (turn + QUARTER) % (4 * QUARTER);
      layOut();
    },
    large: (button) => {
      const isLarge = sheet.toggleAttribute('data-large');
      button.setAttribute('aria-pressed', String(isLarge));
      sheet.scrollIntoView({ block: 'nearest' });
    },
  };

  tools.hidden = false;
  tools.addEventListener('click', ({ target }) => {
    const button = (target as HTMLElement).closest<HTMLElement>('[data-tool]');
    if (button) actions[button.dataset.tool ?? '']?.(button);
  });
  view.addEventListener('dblclick', () => zoomTo(zoom > 1 ? 1 : NEAR_ZOOM));
  view.addEventListener(
    'wheel',
    (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      zoomTo(event.deltaY < 0 ? zoom * STEP : zoom / STEP);
    },
    { passive: false },
  );
  letDrag(view);
  sheet.classList.add('ready');
  picture.addEventListener('load', layOut);
  new ResizeObserver(layOut).observe(view);
  layOut();
}

function centre(view: HTMLElement): [number, number] {
  return [
    (view.scrollLeft + view.clientWidth / 2) / view.scrollWidth,
    (view.scrollTop + view.clientHeight / 2) / view.scrollHeight,
  ];
}

function letDrag(view: HTMLElement): void {
  view.addEventListener('pointerdown', (event) => {
    // A finger scrolls by itself.
    if (event.pointerType !== 'mouse' || event.button !== 0) return;
    view.setPointerCapture(event.pointerId);
    const drag = ({ movementX, movementY }: PointerEvent) => view.scrollBy(-movementX, -movementY);
    view.addEventListener('pointermove', drag);
    view.addEventListener('lostpointercapture', () => view.removeEventListener('pointermove', drag), { once: true });
  });
  view.addEventListener('dragstart', (event) => event.preventDefault());
}
